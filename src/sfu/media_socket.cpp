#include "akbuzat/sfu/media_socket.hpp"

#include <chrono>

#include <boost/asio/posix/stream_descriptor.hpp>

#include "sfu/tcp_connections.hpp"
#include "sfu/udp_receiver.hpp"
#include "sfu/udp_sender.hpp"
#include "sfu/udp_socket.hpp"

namespace akbuzat::sfu {

namespace {

/// Batches read before the shard's other work gets its turn: 256 datagrams are well under a millisecond of work.
constexpr int kBatchesPerTurn = 4;

}  // namespace

struct MediaSocket::Impl : std::enable_shared_from_this<Impl> {
  Impl(boost::asio::io_context& context, const std::string& address, std::uint16_t port, Receiver& listener)
      : receiver(listener),
        socket(openUdpSocket(address, port)),
        udpIn(socket),
        udpOut(socket, counters, ::sendmmsg),
        tcp(std::make_shared<TcpConnections>(context, listener, counters,
                                             [this](util::TimePoint now) { endTurn(now); })),
        descriptor(context, socket.fd.get()) {}
  // Asio has the descriptor for its readiness alone.
  ~Impl() { descriptor.release(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void waitForRead();
  void readSome();
  void endTurn(util::TimePoint now);
  void flush();

  Receiver& receiver;
  MediaSocketCounters counters;
  const UdpSocket socket;
  UdpReceiver udpIn;
  UdpSender udpOut;
  const std::shared_ptr<TcpConnections> tcp;
  boost::asio::posix::stream_descriptor descriptor;
  bool running = false;
};

void MediaSocket::Impl::waitForRead() {
  descriptor.async_wait(boost::asio::posix::descriptor_base::wait_read,
                        [weak = weak_from_this()](const boost::system::error_code& error) {
                          const auto self = weak.lock();
                          if (self && !error && self->running) self->readSome();
                        });
}

void MediaSocket::Impl::readSome() {
  util::TimePoint now{};
  UdpReceiver::Datagram datagram;
  bool any = false;
  for (int batch = 0; batch < kBatchesPerTurn; ++batch) {
    const std::size_t count = udpIn.receive();
    ++counters.receiveCalls;
    if (count == 0) break;
    any = true;
    now = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < count; ++i) {
      if (!udpIn.get(i, datagram)) {
        ++counters.malformed;
        continue;
      }
      ++counters.received;
      counters.receivedBytes += datagram.bytes.size();
      receiver.onDatagram(datagram.bytes, datagram.path, now);
    }
    if (count < UdpReceiver::kBatch) break;
  }
  if (any) endTurn(now);
  waitForRead();
}

void MediaSocket::Impl::endTurn(util::TimePoint now) {
  receiver.onTurnEnded(now);
  flush();
}

void MediaSocket::Impl::flush() {
  udpOut.flush();
  tcp->flush();
}

MediaSocket::MediaSocket(boost::asio::io_context& context, const std::string& address, std::uint16_t port,
                         Receiver& receiver)
    : impl_(std::make_shared<Impl>(context, address, port, receiver)) {}

MediaSocket::~MediaSocket() { stop(); }

std::uint16_t MediaSocket::port() const noexcept { return impl_->socket.port; }

void MediaSocket::start() {
  impl_->running = true;
  impl_->waitForRead();
}

void MediaSocket::stop() {
  impl_->running = false;
  boost::system::error_code ignored;
  impl_->descriptor.cancel(ignored);
  impl_->tcp->stop();
}

util::MutableBytes MediaSocket::buffer() { return impl_->udpOut.buffer(); }

void MediaSocket::send(const transport::Path& path, std::size_t size) {
  if (path.isTcp())
    impl_->tcp->send(path.connection, impl_->udpOut.buffer().first(size));
  else
    impl_->udpOut.send(path, size);
}

void MediaSocket::flush() { impl_->flush(); }

void MediaSocket::adopt(int fd, const std::string& early) {
  impl_->tcp->adopt(fd, early, std::chrono::steady_clock::now());
}

void MediaSocket::confirm(std::uint32_t connection) { impl_->tcp->confirm(connection); }

void MediaSocket::closeConnection(std::uint32_t connection) { impl_->tcp->close(connection); }

const MediaSocketCounters& MediaSocket::counters() const noexcept { return impl_->counters; }

}  // namespace akbuzat::sfu
