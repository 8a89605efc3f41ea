#include "sdp/codecs.hpp"

#include <algorithm>
#include <span>
#include <string>

#include "sdp/text.hpp"

namespace akbuzat::sdp {
namespace {

/// RFC 7741 section 6.1 and its like for the other video codecs; RFC 4588 section 8.1.
constexpr std::uint32_t kVideoClockRate = 90'000;
/// RFC 7587 section 7: always 48000/2.
constexpr std::uint32_t kOpusClockRate = 48'000;
constexpr std::uint32_t kOpusChannels = 2;
/// No stereo: what a publisher sends must be what every subscriber has agreed to.
constexpr std::string_view kOpusParameters = "minptime=10;useinbandfec=1";
constexpr std::string_view kH264Parameters = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=";
/// Constrained Baseline, level 3.1 (RFC 6184 section 8.1), the one that all browsers have (RFC 7742 section 6.2).
constexpr std::string_view kH264Profile = "42e01f";

constexpr std::string_view kVideoFeedback[] = {"nack", "nack pli", "ccm fir", "goog-remb", "transport-cc"};
constexpr std::string_view kAudioFeedback[] = {"transport-cc"};

std::span<const std::string_view> feedbackOf(CodecName codec) noexcept {
  if (codec == CodecName::opus) return kAudioFeedback;
  return kVideoFeedback;
}

std::string_view encodingName(CodecName codec) noexcept {
  switch (codec) {
    case CodecName::opus: return "opus";
    case CodecName::vp8: return "VP8";
    case CodecName::vp9: return "VP9";
    case CodecName::h264: return "H264";
    case CodecName::av1: return "AV1";
  }
  return "VP8";
}

/// How much we like this format for `codec`; 0 is not at all.
int rank(const Codec& format, CodecName codec) {
  if (!equalsIgnoringCase(format.name, encodingName(codec))) return 0;
  if (codec == CodecName::opus) return format.clockRate == kOpusClockRate && format.channels == kOpusChannels ? 1 : 0;
  if (format.clockRate != kVideoClockRate) return 0;
  switch (codec) {
    case CodecName::vp9: return format.parameter("profile-id").value_or("0") == "0" ? 1 : 0;
    case CodecName::av1: return format.parameter("profile").value_or("0") == "0" ? 1 : 0;
    case CodecName::h264: {
      if (format.parameter("packetization-mode").value_or("0") != "1") return 0;
      const std::string_view profile = format.parameter("profile-level-id").value_or("420010");
      if (profile.size() != kH264Profile.size() || !profile.starts_with("42")) return 0;
      if (equalsIgnoringCase(profile, kH264Profile)) return 3;
      return lowerCase(profile[2]) == 'e' ? 2 : 1;
    }
    default: return 1;
  }
}

Codec rtxOf(std::uint8_t payloadType, std::uint8_t primary) {
  return {.payloadType = payloadType,
          .name = "rtx",
          .clockRate = kVideoClockRate,
          .channels = 1,
          .parameters = "apt=" + std::to_string(primary),
          .feedback = {}};
}

std::string parametersOf(CodecName codec, std::string_view h264Profile) {
  switch (codec) {
    case CodecName::opus: return std::string(kOpusParameters);
    case CodecName::vp8: return {};
    case CodecName::vp9: return "profile-id=0";
    case CodecName::h264: return std::string(kH264Parameters).append(h264Profile);
    // The defaults, which browsers write out (AV1 RTP payload format, section 7.2.1).
    case CodecName::av1: return "level-idx=5;profile=0;tier=0";
  }
  return {};
}

Codec describe(CodecName codec, std::uint8_t payloadType, std::string_view h264Profile) {
  return {.payloadType = payloadType,
          .name = std::string(encodingName(codec)),
          .clockRate = codec == CodecName::opus ? kOpusClockRate : kVideoClockRate,
          .channels = codec == CodecName::opus ? kOpusChannels : 1,
          .parameters = parametersOf(codec, h264Profile),
          .feedback = {}};
}

}  // namespace

std::string_view nameOf(CodecName codec) noexcept { return encodingName(codec); }

MediaKind kindOf(CodecName codec) noexcept { return codec == CodecName::opus ? MediaKind::audio : MediaKind::video; }

std::optional<PickedCodec> pick(const MediaDescription& section, CodecName codec) {
  PickedCodec picked;
  int best = 0;
  for (const Codec& format : section.codecs) {
    const int liking = rank(format, codec);
    if (liking > best) picked.primary = &format;
    best = std::max(best, liking);
  }
  if (picked.primary == nullptr) return std::nullopt;
  if (codec == CodecName::opus) return picked;
  for (const Codec& format : section.codecs) {
    if (!equalsIgnoringCase(format.name, "rtx") || format.clockRate != kVideoClockRate) continue;
    const auto primary = number<std::uint8_t>(format.parameter("apt").value_or(""));
    if (primary == picked.primary->payloadType && format.payloadType != *primary) picked.rtx = &format;
    if (picked.rtx != nullptr) break;
  }
  return picked;
}

std::vector<Codec> answerTo(CodecName codec, const PickedCodec& picked) {
  const Codec& theirs = *picked.primary;
  std::vector<Codec> codecs{
      describe(codec, theirs.payloadType, theirs.parameter("profile-level-id").value_or(kH264Profile))};
  // A description without AV1 parameters and one with the defaults mean the same; other levels must be kept.
  if (codec == CodecName::av1) codecs.front().parameters = theirs.parameters;
  for (const std::string_view feedback : feedbackOf(codec)) {
    if (std::find(theirs.feedback.begin(), theirs.feedback.end(), feedback) != theirs.feedback.end()) {
      codecs.front().feedback.emplace_back(feedback);
    }
  }
  if (picked.rtx != nullptr) codecs.push_back(rtxOf(picked.rtx->payloadType, theirs.payloadType));
  return codecs;
}

std::vector<Codec> offerOf(CodecName codec, std::uint8_t payloadType, std::uint8_t rtxPayloadType) {
  std::vector<Codec> codecs{describe(codec, payloadType, kH264Profile)};
  const auto feedback = feedbackOf(codec);
  codecs.front().feedback.assign(feedback.begin(), feedback.end());
  if (codec != CodecName::opus && rtxPayloadType != 0) codecs.push_back(rtxOf(rtxPayloadType, payloadType));
  return codecs;
}

}  // namespace akbuzat::sdp
