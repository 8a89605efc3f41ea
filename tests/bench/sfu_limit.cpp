#include <netinet/in.h>
#include <poll.h>
#include <srtp2/srtp.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#include "bench/sfu.hpp"
#include "bench/socket.hpp"

namespace akbuzat::bench {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kBatch = 64;
/// An RTP header of the length that ours has, its extension included.
constexpr std::size_t kHeader = 32;
constexpr std::size_t kPacket = kHeader + kPacketPayload;
constexpr std::size_t kBuffer = kPacket + SRTP_MAX_TRAILER_LEN;

Descriptor udpSocket() {
  Descriptor made(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!made) throw std::system_error(errno, std::generic_category(), "socket");
  const int size = 4 << 20;
  ::setsockopt(made.get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  ::setsockopt(made.get(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  sockaddr_in any{};
  any.sin_family = AF_INET;
  any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(made.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0) {
    throw std::system_error(errno, std::generic_category(), "bind");
  }
  return made;
}

sockaddr_in addressOf(const Descriptor& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return address;
}

/// One viewer's encryption: AEAD_AES_128_GCM, as browsers agree on. libsrtp must have been initialized, once a process.
class Protector {
 public:
  Protector() {
    srtp_policy_t policy{};
    srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
    srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
    policy.ssrc.type = ssrc_any_outbound;
    policy.key = key_.data();
    policy.window_size = 1024;
    if (srtp_create(&session_, &policy) != srtp_err_status_ok) {
      throw std::runtime_error("libsrtp could not be set up.");
    }
  }
  ~Protector() { srtp_dealloc(session_); }
  Protector(const Protector&) = delete;
  Protector& operator=(const Protector&) = delete;

  [[nodiscard]] std::size_t protect(std::uint8_t* packet) {
    int size = kPacket;
    return srtp_protect(session_, packet, &size) == srtp_err_status_ok ? static_cast<std::size_t>(size) : 0;
  }

 private:
  std::array<unsigned char, 28> key_{1, 2, 3};
  srtp_t session_ = nullptr;
};

/// The thread that forwards: every packet that comes goes to every viewer.
class Forwarder {
 public:
  Forwarder(std::vector<sockaddr_in> viewers)
      : viewers_(std::move(viewers)), socket_(udpSocket()), address_(addressOf(socket_)), protectors_(viewers_.size()) {
    for (auto& protector : protectors_) protector = std::make_unique<Protector>();
    thread_ = std::thread([this] { run(); });
  }
  ~Forwarder() {
    if (thread_.joinable()) stop();
  }
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;

  [[nodiscard]] const sockaddr_in& address() const { return address_; }
  ForwardingCost stop() {
    stop_ = true;
    thread_.join();
    return cost_;
  }

 private:
  void run() {
    std::vector<std::array<std::uint8_t, kBuffer>> in(kBatch);
    std::vector<std::array<std::uint8_t, kBuffer>> out(kBatch);
    std::array<mmsghdr, kBatch> reading{};
    std::array<mmsghdr, kBatch> writing{};
    std::array<iovec, kBatch> readParts{};
    std::array<iovec, kBatch> writeParts{};
    for (std::size_t i = 0; i < kBatch; ++i) {
      readParts[i] = {in[i].data(), kPacket};
      reading[i].msg_hdr.msg_iov = &readParts[i];
      reading[i].msg_hdr.msg_iovlen = 1;
      writeParts[i] = {out[i].data(), 0};
      writing[i].msg_hdr.msg_iov = &writeParts[i];
      writing[i].msg_hdr.msg_iovlen = 1;
      writing[i].msg_hdr.msg_namelen = sizeof(sockaddr_in);
    }
    const auto begun = threadCpu();
    std::size_t filled = 0;
    const auto flush = [&] {
      for (std::size_t done = 0; done < filled;) {
        const int sent = ::sendmmsg(socket_.get(), writing.data() + done, static_cast<unsigned>(filled - done), 0);
        if (sent <= 0) break;
        done += static_cast<std::size_t>(sent);
        cost_.packets += static_cast<std::uint64_t>(sent);
      }
      filled = 0;
    };
    std::uint16_t number = 0;
    while (!stop_) {
      pollfd ready{socket_.get(), POLLIN, 0};
      ::poll(&ready, 1, 5);
      const int count = ::recvmmsg(socket_.get(), reading.data(), kBatch, 0, nullptr);
      for (int i = 0; i < count; ++i, ++number) {
        for (std::size_t viewer = 0; viewer < viewers_.size(); ++viewer) {
          std::memcpy(out[filled].data(), in[static_cast<std::size_t>(i)].data(), kPacket);
          out[filled][2] = static_cast<std::uint8_t>(number >> 8U);
          out[filled][3] = static_cast<std::uint8_t>(number);
          writeParts[filled].iov_len = protectors_[viewer]->protect(out[filled].data());
          writing[filled].msg_hdr.msg_name = &viewers_[viewer];
          if (++filled == kBatch) flush();
        }
      }
      flush();
    }
    cost_.cpu = threadCpu() - begun;
  }

  std::vector<sockaddr_in> viewers_;
  Descriptor socket_;
  const sockaddr_in address_;
  std::vector<std::unique_ptr<Protector>> protectors_;
  std::atomic<bool> stop_ = false;
  ForwardingCost cost_;
  std::thread thread_;
};

}  // namespace

ForwardingCost runShapeLimit(const SfuShape& shape, std::chrono::duration<double> time) {
  // One room after the other on one socket is what one thread does for all of them; a viewer's context is used by all
  // publishers of its room, as in the SFU.
  std::vector<Descriptor> viewers;
  std::vector<sockaddr_in> addresses;
  for (std::size_t i = 0; i < shape.viewers(); ++i) {
    viewers.push_back(udpSocket());
    addresses.push_back(addressOf(viewers.back()));
  }
  Forwarder forwarder(addresses);
  const Descriptor sender = udpSocket();
  std::array<std::uint8_t, kPacket> packet{};
  // Version 2, an extension of the length that makes up the header.
  packet[0] = 0x90;
  packet[1] = 96;
  packet[12] = 0xbe;
  packet[13] = 0xde;
  packet[15] = (kHeader - 16) / 4;
  std::array<std::uint8_t, 65536> drain{};
  const std::size_t publishers = shape.rooms * shape.publishers;
  const auto step = std::chrono::duration_cast<Clock::duration>(kFrameInterval) / publishers;
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(time);
  for (auto next = Clock::now(); Clock::now() < end; next += step) {
    for (std::size_t i = 0; i < kFramePackets; ++i) {
      ::sendto(sender.get(), packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&forwarder.address()),
               sizeof(sockaddr_in));
    }
    do {
      for (const Descriptor& viewer : viewers) {
        while (::recv(viewer.get(), drain.data(), drain.size(), 0) > 0) {
        }
      }
    } while (Clock::now() < next + step);
  }
  return forwarder.stop();
}

}  // namespace akbuzat::bench
