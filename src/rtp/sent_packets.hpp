#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace akbuzat::rtp {

/// What is known of the packets that went out with a transport-wide number, until feedback tells about them. A ring;
/// owned by the estimator.
class SentPackets {
 public:
  /// Packets remembered: 0.8 s at the estimator's maximum of 50 Mbit/s, many seconds at ordinary rates.
  static constexpr std::size_t kCapacity = 4096;

  enum class State : std::uint8_t { none, flying, lost, received };
  struct Packet {
    std::int64_t sentMicros = 0;
    std::uint32_t bytes = 0;
    std::uint16_t sequence = 0;
    /// Of the probe that it belongs to; 0: none.
    std::uint8_t probe = 0;
    State state = State::none;
  };

  SentPackets() : packets_(kCapacity) {}

  void add(std::uint16_t sequence, std::size_t bytes, std::uint8_t probe, std::int64_t sentMicros) noexcept {
    newest_ = sequence;
    packets_[sequence % kCapacity] = {.sentMicros = sentMicros,
                                      .bytes = static_cast<std::uint32_t>(bytes),
                                      .sequence = sequence,
                                      .probe = probe,
                                      .state = State::flying};
  }

  /// nullptr if no such packet was sent, or too long ago.
  [[nodiscard]] Packet* find(std::uint16_t sequence) noexcept {
    if (static_cast<std::uint16_t>(newest_ - sequence) >= kCapacity) return nullptr;
    Packet& packet = packets_[sequence % kCapacity];
    return packet.state != State::none && packet.sequence == sequence ? &packet : nullptr;
  }

 private:
  std::vector<Packet> packets_;
  std::uint16_t newest_ = 0;
};

}  // namespace akbuzat::rtp
