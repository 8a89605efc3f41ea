#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>

#include "akbuzat/transport/datagram_sink.hpp"
#include "akbuzat/transport/path.hpp"
#include "akbuzat/util/bytes.hpp"
#include "akbuzat/util/time.hpp"

namespace akbuzat::sfu {

struct MediaSocketCounters {
  std::uint64_t received = 0;
  std::uint64_t receivedBytes = 0;
  std::uint64_t sent = 0;
  std::uint64_t sentBytes = 0;
  /// Empty, or longer than any datagram that we take; not delivered.
  std::uint64_t malformed = 0;
  /// Could not be sent: the kernel's send buffer or a TCP peer's queue was full, or there is no way to the destination.
  std::uint64_t dropped = 0;
  std::uint64_t receiveCalls = 0;
  std::uint64_t sendCalls = 0;
};

/// One shard's way to the peers: a UDP socket, and the ICE-TCP connections (RFC 6544, framed as in RFC 4571) that were
/// handed to it. Reads in batches (recvmmsg), sends in batches (sendmmsg, with UDP_SEGMENT for runs of equal size where
/// the kernel has it). Owned by the shard's Sfu; on its shard only.
///
/// Sending: what is put in with `buffer` and `send` goes out by `flush`, at the latest when the batch is full. The
/// receiver is called for each datagram, then its `onTurnEnded` once, after which the socket flushes by itself.
class MediaSocket final : public transport::DatagramSink {
 public:
  class Receiver {
   public:
    virtual ~Receiver() = default;
    /// Never empty. The bytes may be changed and are gone after the call.
    virtual void onDatagram(util::MutableBytes datagram, const transport::Path& from, util::TimePoint now) = 0;
    /// A TCP connection has ended by itself, not by `closeConnection` or `stop`; its path is of no use any more. Told
    /// once, and not from within `send` or `flush`.
    virtual void onConnectionLost(std::uint32_t connection, util::TimePoint now) = 0;
    /// A batch of datagrams has been delivered.
    virtual void onTurnEnded(util::TimePoint now) = 0;
  };

  /// Binds to `address` (an IP address; "0.0.0.0" and "::" take IPv4 and IPv6 where the machine has it) and `port`, 0
  /// for any free one. Throws std::system_error whose text names address, port and reason.
  MediaSocket(boost::asio::io_context& context, const std::string& address, std::uint16_t port, Receiver& receiver);
  ~MediaSocket() override;
  MediaSocket(const MediaSocket&) = delete;
  MediaSocket& operator=(const MediaSocket&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept;

  /// Begins to read. On the shard, or before it runs.
  void start();
  /// Reads no more and closes the TCP connections; UDP can still be sent. Not from within the receiver.
  void stop();

  util::MutableBytes buffer() override;
  void send(const transport::Path& path, std::size_t size) override;
  void flush();

  /// Takes over a connected, non-blocking TCP socket on which `early` has been read already; its datagrams are
  /// delivered later, not in this call. Closes it at once if there are too many, or too many from the same address
  /// whose peers are not known yet. A connection that has sent no authenticated check within 10 s (`confirm`) is closed
  /// as well.
  void adopt(int fd, const std::string& early);
  /// The peer behind the connection is known: it may stay.
  void confirm(std::uint32_t connection);
  void closeConnection(std::uint32_t connection);

  [[nodiscard]] const MediaSocketCounters& counters() const noexcept;

 private:
  struct Impl;
  /// Shared for the sake of handlers that are still queued when the socket goes.
  std::shared_ptr<Impl> impl_;
};

}  // namespace akbuzat::sfu
