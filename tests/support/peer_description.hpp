#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "akbuzat/sdp/session_description.hpp"
#include "akbuzat/transport/peer_transport.hpp"

namespace akbuzat::test {

/// A track that a scripted browser sends.
struct SentTrack {
  std::string name;
  bool video = false;
  /// Empty: no simulcast.
  std::vector<std::string> rids;
  /// One a layer.
  std::vector<std::uint32_t> ssrcs;
};

/// The numbers that a scripted browser uses.
inline constexpr std::uint8_t kOpusPayloadType = 111;
inline constexpr std::uint8_t kVp8PayloadType = 96;
inline constexpr std::uint8_t kMidExtension = 4;
inline constexpr std::uint8_t kRidExtension = 10;
inline constexpr const char* kTransportSequenceUri =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

/// A scripted peer's side of offers and answers: one offer with all that it sends, then answers to the SFU's offers.
class PeerDescription {
 public:
  /// Its mids are "0", "1" …, in the order of `tracks`.
  [[nodiscard]] std::string offer(const transport::RemoteParameters& own, const std::vector<SentTrack>& tracks);
  /// Takes everything that the SFU offers, and sends where it is asked to.
  [[nodiscard]] std::string answer(const transport::RemoteParameters& own, const std::string& offer);
  /// What a browser offers next that has taken this offer of the SFU's, but whose answer has got lost.
  [[nodiscard]] std::string offerAfter(const transport::RemoteParameters& own, const std::string& offer);
  /// In every description from now on, as a server has them that is an ICE-lite agent.
  void beLite(std::vector<std::string> candidates, sdp::Setup setup);

  /// The section of the SFU's newest offer.
  [[nodiscard]] const sdp::MediaDescription& section(const std::string& mid) const;
  /// The id of transport-wide numbers in what the SFU sends; 0 before its first offer.
  [[nodiscard]] std::uint8_t transportSequenceId() const noexcept { return transportSequenceId_; }

 private:
  [[nodiscard]] std::string describe(const transport::RemoteParameters& own, const std::string& offer,
                                     sdp::Setup setup);

  bool lite_ = false;
  sdp::Setup setup_ = sdp::Setup::active;
  std::vector<std::string> candidates_;
  std::vector<sdp::MediaDescription> own_;
  sdp::SessionDescription offered_;
  std::uint8_t transportSequenceId_ = 0;
};

}  // namespace akbuzat::test
