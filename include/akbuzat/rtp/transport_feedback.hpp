#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "akbuzat/util/bytes.hpp"
#include "akbuzat/util/time.hpp"

namespace akbuzat::rtp {

/// Reads the content of a transport-wide feedback packet (draft-holmer-rmcat-transport-wide-cc-extensions-01 section
/// 3.1). A view; valid as long as the bytes.
class TransportFeedback {
 public:
  /// nullopt if chunks or deltas do not fit, if it is about no packet, or if it uses the reserved symbol, whose delta
  /// nobody can skip. Bytes behind the deltas are padding.
  [[nodiscard]] static std::optional<TransportFeedback> parse(util::Bytes content) noexcept;

  [[nodiscard]] std::uint16_t baseSequence() const noexcept { return base_; }
  [[nodiscard]] std::uint16_t packetCount() const noexcept { return count_; }
  /// 64 ms units of the receiver's clock.
  [[nodiscard]] std::int32_t referenceTime() const noexcept { return referenceTime_; }

  /// Calls `each(sequence, received, arrivalMicros)` for every packet in order; `arrivalMicros` is on the receiver's
  /// clock, and 0 if not received.
  template <class Function>
  void forEach(Function each) const {
    std::size_t chunk = kChunksAt;
    std::size_t delta = deltasAt_;
    std::int64_t time = std::int64_t{referenceTime_} * 64'000;
    std::uint16_t sequence = base_;
    for (std::uint32_t done = 0; done < count_; chunk += 2) {
      const std::uint16_t bits = util::readU16(content_, chunk);
      const bool vector = (bits & 0x8000U) != 0;
      const bool twoBits = (bits & 0x4000U) != 0;
      const std::uint32_t inChunk = vector ? (twoBits ? 7U : 14U) : (bits & 0x1fffU);
      for (std::uint32_t i = 0; i < inChunk && done < count_; ++i, ++done, ++sequence) {
        const unsigned symbol = !vector   ? (bits >> 13U) & 3U
                                : twoBits ? (bits >> (12U - 2U * i)) & 3U
                                          : (bits >> (13U - i)) & 1U;
        if (symbol == 1) {
          time += std::int64_t{content_[delta]} * 250;
          delta += 1;
        } else if (symbol == 2) {
          time += std::int64_t{static_cast<std::int16_t>(util::readU16(content_, delta))} * 250;
          delta += 2;
        }
        each(sequence, symbol == 1 || symbol == 2, symbol == 1 || symbol == 2 ? time : 0);
      }
    }
  }

 private:
  static constexpr std::size_t kChunksAt = 8;

  util::Bytes content_;
  std::uint16_t base_ = 0;
  std::uint16_t count_ = 0;
  std::int32_t referenceTime_ = 0;
  std::size_t deltasAt_ = 0;
};

/// Remembers when packets of one publisher arrived and writes the feedback about them. Owned by the session. Bounded;
/// no allocation after construction.
///
/// One number space for all SSRCs of a connection. A packet is reported as received once; one that was reported as lost
/// and then came late is reported again, as the draft allows. A jump of kWindow or more is a restart: what had not been
/// reported is forgotten.
class TransportFeedbackRecorder {
 public:
  /// Numbers remembered; several seconds of a publisher at 5 Mbit/s, and the longest gap that is reported as lost.
  static constexpr std::size_t kWindow = 2048;
  /// Received packets in one RTCP packet; with the greatest deltas that fits into one datagram.
  static constexpr std::size_t kMaxReceived = 200;
  /// Bytes of one RTCP packet.
  static constexpr std::size_t kMaxBytes = 1200;

  TransportFeedbackRecorder();

  void onPacket(std::uint16_t transportSequence, util::TimePoint now) noexcept;
  /// True if there is something that was not reported yet.
  [[nodiscard]] bool pending() const noexcept { return started_ && (next_ <= newest_ || late_ < next_); }
  /// Appends one RTCP packet (FMT 15, PT 205, padded with zeros) about what has come since the last, at `at` of `out`;
  /// returns the new end, or `at` if there is nothing, or no room. Call again while `pending`.
  std::size_t write(util::MutableBytes out, std::size_t at, std::uint32_t senderSsrc, std::uint32_t mediaSsrc) noexcept;

 private:
  struct Arrival {
    /// Of 250 us, on our clock.
    std::int64_t ticks = 0;
    /// The low bits of the unwrapped number.
    std::uint32_t sequence = 0;
    bool received = false;
    bool reported = false;
  };
  struct Range;

  [[nodiscard]] Arrival* find(std::int64_t sequence) noexcept;
  [[nodiscard]] Range choose(std::size_t room) noexcept;
  void markReported(const Range& range) noexcept;
  /// Moves late_ on to the next number that is late and not reported.
  void skipToLate() noexcept;

  std::vector<Arrival> arrivals_;
  bool started_ = false;
  std::int64_t newest_ = 0;
  /// The first number that no feedback has told about.
  std::int64_t next_ = 0;
  /// The first number below next_ that came after it had been reported as lost; next_ if there is none.
  std::int64_t late_ = 0;
  std::uint8_t feedbackCount_ = 0;
};

}  // namespace akbuzat::rtp
