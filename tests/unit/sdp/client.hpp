#pragma once

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "akbuzat/sdp/negotiator.hpp"

// The other side of a Negotiator: descriptions of real browsers (tests/data/sdp, in the order of their exchange with
// this server; addresses replaced), short ones made by hand, and what to look for in ours.

namespace akbuzat::sdp {

inline constexpr std::string_view kFingerprint =
    "7B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:DC:B8:5F:64:1A:24:C2:43:F0:A1:58:D0:A1:2C:19:08";

inline std::string fixture(const std::string& name) {
  std::ifstream file(std::string(AKBUZAT_TEST_DATA "/sdp/") + name + ".sdp", std::ios::binary);
  if (!file) throw std::runtime_error("no fixture " + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The server as it was when the browsers' descriptions were recorded.
inline Negotiator::Options options(CodecName video = CodecName::vp8) {
  Negotiator::Options options;
  options.transport = {"serverUfrag",
                       "serverpasswordserverpassword",
                       std::string(kFingerprint),
                       {"candidate:1 1 udp 2130706431 127.0.0.1 8787 typ host"}};
  options.videoCodec = video;
  options.sessionId = 1'234'567'890'123'456'789U;
  return options;
}

using Lines = std::vector<std::string>;

inline Lines linesOf(const std::string& text) {
  Lines lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(line);
  }
  return lines;
}

/// The lines of the m-section with this index; those before the first for -1.
inline Lines sectionOf(const std::string& text, int index) {
  Lines lines;
  int at = -1;
  for (const std::string& line : linesOf(text)) {
    if (line.starts_with("m=")) ++at;
    if (at == index) lines.push_back(line);
  }
  return lines;
}

inline bool has(const Lines& lines, std::string_view line) {
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

/// The lines with this beginning, in order.
inline Lines starting(const Lines& lines, std::string_view beginning) {
  Lines found;
  std::copy_if(lines.begin(), lines.end(), std::back_inserter(found),
               [&](const std::string& line) { return line.starts_with(beginning); });
  return found;
}

inline Negotiator::Outcome offered(Negotiator& negotiator, const std::string& sdp,
                                   const std::vector<std::string>& closing = {}) {
  INFO(sdp);
  auto outcome = negotiator.applyOffer(sdp, closing);
  if (!outcome) FAIL(outcome.error().message());
  return std::move(*outcome);
}

inline Negotiator::Outcome answered(Negotiator& negotiator, const std::string& sdp) {
  INFO(sdp);
  auto outcome = negotiator.applyAnswer(sdp);
  if (!outcome) FAIL(outcome.error().message());
  CHECK(outcome->answer.empty());
  return std::move(*outcome);
}

inline std::string added(boost::system::result<std::string> mid) {
  REQUIRE(mid.has_value());
  return *mid;
}

template <class Parameters>
std::vector<std::string> midsOf(const std::vector<Parameters>& all) {
  std::vector<std::string> mids;
  for (const Parameters& one : all) mids.push_back(one.mid);
  return mids;
}

using Mids = std::vector<std::string>;

/// A description made by hand, short enough to see what a test is about.
class Client {
 public:
  struct Section {
    std::string mid;
    std::string mediaLine;
    std::vector<std::string> lines;
    bool live = true;
  };

  static Section audio(const std::string& mid, const std::string& direction = "sendonly") {
    return {mid, "audio 9 UDP/TLS/RTP/SAVPF 111", {"rtpmap:111 opus/48000/2", direction, kMidExtension}};
  }
  static Section video(const std::string& mid, const std::string& direction = "sendonly") {
    return {
        mid,
        "video 9 UDP/TLS/RTP/SAVPF 96 97",
        {"rtpmap:96 VP8/90000", "rtcp-fb:96 nack", "rtpmap:97 rtx/90000", "fmtp:97 apt=96", direction, kMidExtension}};
  }
  static Section dead(const std::string& mid, const std::string& kind = "audio") {
    return {mid, kind + " 0 UDP/TLS/RTP/SAVPF 0", {"inactive"}, false};
  }

  static std::string describe(const std::vector<Section>& sections, const std::string& setup = "actpass") {
    std::string text = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";
    std::string group;
    std::string media;
    for (const Section& section : sections) {
      media += "m=" + section.mediaLine + "\r\na=mid:" + section.mid + "\r\n";
      for (const std::string& line : section.lines) media += "a=" + line + "\r\n";
      if (!section.live) continue;
      group += " " + section.mid;
      media += "a=ice-ufrag:client\r\na=ice-pwd:clientpasswordclientpassword\r\na=setup:" + setup +
               "\r\na=fingerprint:sha-256 AB:CD\r\na=rtcp-mux\r\n";
    }
    return text + (group.empty() ? "" : "a=group:BUNDLE" + group + "\r\n") + media;
  }
  static std::string answer(const std::vector<Section>& sections) { return describe(sections, "active"); }

 private:
  static constexpr const char* kMidExtension = "extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid";
};

}  // namespace akbuzat::sdp
