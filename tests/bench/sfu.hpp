#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "bench/histogram.hpp"

namespace akbuzat::bench {

/// Who sends and who gets in a run of the SFU: in each room everybody pulls the picture of everybody who publishes.
struct SfuShape {
  std::string name;
  std::size_t rooms = 1;
  std::size_t people = 2;
  /// The first ones of each room.
  std::size_t publishers = 1;

  /// What each packet of a publisher is sent to.
  [[nodiscard]] std::size_t viewers() const { return people - 1; }
  [[nodiscard]] std::size_t subscriptions() const { return rooms * publishers * viewers(); }
};

/// A camera of about 1 Mbit/s: 30 frames a second, each of so many packets of so many bytes of payload.
inline constexpr std::size_t kFramePackets = 4;
inline constexpr std::size_t kPacketPayload = 1040;
inline constexpr std::chrono::microseconds kFrameInterval{33'333};

/// What forwarding has cost the one thread that does it.
struct ForwardingCost {
  std::uint64_t packets = 0;
  std::chrono::nanoseconds cpu{0};

  [[nodiscard]] double packetsPerCpuSecond() const {
    return static_cast<double>(packets) / std::chrono::duration<double>(cpu).count();
  }
};

struct SfuRun {
  ForwardingCost cost;
  double seconds = 0;
  /// From a publisher's socket to a viewer's, decrypted.
  Histogram delay;
  /// Packets that publishers have sent, times their viewers.
  std::uint64_t expected = 0;
  std::uint64_t received = 0;
  double bytesPerSubscription = 0;
};

/// The SFU itself: real sockets, DTLS and SRTP, on one thread; the load is on the calling one.
SfuRun runShape(const SfuShape& shape, std::chrono::duration<double> time);

/// What any SFU has to do at least for the same packets: read them in batches, encrypt a copy for each viewer with a
/// libsrtp context of its own, write in batches. Nothing else: no decryption, no routing, no state. Call after
/// runShape: the SFU's transport has initialized libsrtp then.
ForwardingCost runShapeLimit(const SfuShape& shape, std::chrono::duration<double> time);

/// CPU time of the calling thread.
[[nodiscard]] std::chrono::nanoseconds threadCpu();

}  // namespace akbuzat::bench
