#include "sdp/numbering.hpp"
#include "client.hpp"
#include "sdp/codecs.hpp"
#include "sdp/extensions.hpp"

using namespace akbuzat::sdp;

namespace {

SessionDescription described(const std::vector<Client::Section>& sections) {
  const auto description = parse(Client::describe(sections));
  REQUIRE(description.has_value());
  return *description;
}

Client::Section video(const std::string& formats, const std::vector<std::string>& lines) {
  return {"0", "video 9 UDP/TLS/RTP/SAVPF " + formats, lines};
}

std::uint8_t picked(CodecName codec, const std::string& formats, const std::vector<std::string>& lines) {
  const auto description = described({video(formats, lines)});
  const auto found = pick(description.media[0], codec);
  return found ? found->primary->payloadType : std::uint8_t{0};
}

const char* const kAbsSendTime = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";

}  // namespace

TEST_CASE("without a client's description the numbers are the usual ones") {
  Numbering numbering;
  CHECK(numbering.payloadTypes(CodecName::opus).primary == 111);
  CHECK(numbering.payloadTypes(CodecName::opus).rtx == 0);
  CHECK(numbering.payloadTypes(CodecName::vp8).primary == 96);
  CHECK(numbering.payloadTypes(CodecName::vp8).rtx == 97);
  CHECK(numbering.payloadTypes(CodecName::vp9).primary == 98);
  CHECK(numbering.payloadTypes(CodecName::h264).rtx == 103);
  CHECK(numbering.payloadTypes(CodecName::av1).primary == 45);
  CHECK(numbering.extensionIds(MediaKind::video) ==
        ExtensionIds{.mid = 3, .rid = 9, .repairedRid = 10, .absSendTime = 4, .transportSequence = 7, .audioLevel = 0});
  CHECK(numbering.extensionIds(MediaKind::audio) ==
        ExtensionIds{.mid = 3, .rid = 0, .repairedRid = 0, .absSendTime = 4, .transportSequence = 7, .audioLevel = 1});
}

TEST_CASE("payload types: the client's own, else one that it has used for nothing") {
  Numbering numbering;
  numbering.learn(described({video("100 101 96 97 98", {"rtpmap:100 VP8/90000", "rtpmap:101 rtx/90000",
                                                        "fmtp:101 apt=100", "rtpmap:96 H265/90000"})}));
  CHECK(numbering.payloadTypes(CodecName::vp8).primary == 100);
  CHECK(numbering.payloadTypes(CodecName::vp8).rtx == 101);
  CHECK(numbering.payloadTypes(CodecName::vp9).primary == 99);
  CHECK(numbering.payloadTypes(CodecName::vp9).rtx == 102);
  CHECK(numbering.payloadTypes(CodecName::h264).primary == 103);
  // What is once given stays, even if the client now shows another.
  numbering.learn(described({video("110 111", {"rtpmap:110 VP9/90000", "rtpmap:111 opus/48000/2"})}));
  CHECK(numbering.payloadTypes(CodecName::vp9).primary == 99);
  CHECK(numbering.payloadTypes(CodecName::opus).primary == 105);
}

TEST_CASE("payload types beyond the dynamic ones, and when there are none left") {
  std::string formats;
  for (int i = 96; i <= 127; ++i) formats += std::to_string(i) + " ";
  Numbering numbering;
  numbering.learn(described({video(formats + "35 36", {})}));
  CHECK(numbering.payloadTypes(CodecName::vp8).primary == 37);
  CHECK(numbering.payloadTypes(CodecName::vp8).rtx == 38);
  for (int i = 35; i <= 63; ++i) formats += std::to_string(i) + " ";
  Numbering full;
  full.learn(described({video(formats, {})}));
  CHECK(full.payloadTypes(CodecName::vp8).primary == 96);
}

TEST_CASE("extension ids: the client's own, also when it shows another than ours") {
  Numbering numbering;
  CHECK(numbering.extensionIds(MediaKind::video).absSendTime == 4);
  // It has refused our abs-send-time and uses our id of transport-wide-cc for something else.
  numbering.learn(
      described({video("96", {std::string("extmap:2 ") + kAbsSendTime, "extmap:7 urn:x", "extmap:1 urn:y"})}));
  const ExtensionIds ids = numbering.extensionIds(MediaKind::audio);
  CHECK(ids.absSendTime == 2);
  CHECK(ids.mid == 3);
  CHECK(ids.transportSequence == 5);
  CHECK(ids.audioLevel == 6);
}

TEST_CASE("a client that calls two extensions by one number") {
  Numbering numbering;
  numbering.learn(described({video("96", {std::string("extmap:5 ") + kAbsSendTime}),
                             {"1", "audio 9 X 0", {"extmap:5 urn:ietf:params:rtp-hdrext:sdes:mid"}}}));
  const ExtensionIds ids = numbering.extensionIds(MediaKind::audio);
  CHECK(ids.mid == 5);
  CHECK(ids.absSendTime == 4);
}

TEST_CASE("no extension without a one-byte id") {
  std::vector<std::string> lines;
  for (int id = 1; id <= 14; ++id) lines.push_back("extmap:" + std::to_string(id) + " urn:" + std::to_string(id));
  lines.push_back(std::string("extmap:15 ") + kAbsSendTime);
  const auto description = described({video("96", lines)});
  Numbering numbering;
  numbering.learn(description);
  CHECK(numbering.extensionIds(MediaKind::video) == ExtensionIds{});
  CHECK(pickExtensions(description.media[0], true, false).accepted.empty());
}

TEST_CASE("extensions are accepted in the direction in which they can be used") {
  const auto description = described({video(
      "96", {std::string("extmap:1/recvonly ") + kAbsSendTime, "extmap:2/sendonly urn:ietf:params:rtp-hdrext:sdes:mid",
             "extmap:2 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", "extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid",
             "extmap:4 urn:3gpp:video-orientation", "extmap:5 urn:ietf:params:rtp-hdrext:ssrc-audio-level"})});
  const auto receiving = pickExtensions(description.media[0], true, false);
  CHECK(receiving.accepted ==
        std::vector<ExtensionMapping>{{2, "urn:ietf:params:rtp-hdrext:sdes:mid", Direction::recvonly}});
  CHECK(receiving.receiving == ExtensionIds{.mid = 2});
  CHECK(receiving.sending == ExtensionIds{});
  const auto sending = pickExtensions(description.media[0], false, true);
  CHECK(sending.accepted == std::vector<ExtensionMapping>{{1, kAbsSendTime, Direction::sendonly},
                                                          {3, "urn:ietf:params:rtp-hdrext:sdes:mid", std::nullopt}});
  CHECK(sending.sending == ExtensionIds{.mid = 3, .absSendTime = 1});
}

TEST_CASE("codecs are picked in the profile that everybody decodes") {
  const std::vector<std::string> h264{
      "rtpmap:100 H264/90000", "fmtp:100 packetization-mode=0;profile-level-id=42e01f",
      "rtpmap:101 h264/90000", "fmtp:101 packetization-mode=1;profile-level-id=640c1f",
      "rtpmap:102 H264/90000", "fmtp:102 packetization-mode=1;profile-level-id=42001f",
      "rtpmap:103 H264/90000", "fmtp:103 packetization-mode=1; profile-level-id=42E01F"};
  CHECK(picked(CodecName::h264, "100 101 102 103", h264) == 103);
  CHECK(picked(CodecName::h264, "100 101 102", h264) == 102);
  CHECK(picked(CodecName::h264, "100 101", h264) == 0);
  CHECK(picked(CodecName::vp9, "98 99", {"rtpmap:98 VP9/90000", "fmtp:98 profile-id=2", "rtpmap:99 VP9/90000"}) == 99);
  CHECK(picked(CodecName::av1, "45 46", {"rtpmap:45 AV1/90000", "fmtp:45 profile=1", "rtpmap:46 AV1/90000"}) == 46);
  CHECK(picked(CodecName::vp8, "96", {"rtpmap:96 VP8/8000"}) == 0);
  CHECK(picked(CodecName::opus, "96", {"rtpmap:96 opus/48000"}) == 0);
  CHECK(picked(CodecName::opus, "96", {"rtpmap:96 OPUS/48000/2"}) == 96);
  for (const CodecName codec : kCodecs) CHECK_FALSE(nameOf(codec).empty());
}
