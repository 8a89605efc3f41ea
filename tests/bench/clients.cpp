#include "bench/clients.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <random>
#include <system_error>
#include <utility>

namespace akbuzat::bench {

namespace {

/// Different in each run: a server takes a room's members for those of the run before as long as its grace lasts.
std::string makeRunId() {
  std::random_device random;
  std::string digits(8, '0');
  for (auto& digit : digits) digit = "0123456789abcdef"[random() & 15];
  return digits;
}

}  // namespace

Clients::Clients(Target target, std::string cookie)
    : target_(std::move(target)),
      cookie_(std::move(cookie)),
      runId_(makeRunId()),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

Connection& Clients::add(std::string room, std::size_t roomIndex) {
  auto connection = std::make_unique<Connection>();
  connection->room = roomIndex;
  // As an id is in real life: 36 characters.
  const std::string number = std::to_string(connections_.size());
  connection->id = runId_ + "-0000-4000-8000-" + std::string(12 - number.size(), '0') + number;
  connection->roomName = std::move(room) + "-" + runId_;
  connections_.push_back(std::move(connection));
  return *connections_.back();
}

Connection& Clients::adopt(Descriptor socket) {
  auto& connection = add({}, 0);
  connection.socket = std::move(socket);
  connection.state = Connection::State::open;
  watch(connection, EPOLL_CTL_ADD, false);
  return connection;
}

void Clients::begin(Connection& connection) {
  connection.startedAt = Clock::now();
  try {
    connection.socket = beginConnect(target_);
  } catch (const std::system_error& error) {
    fail(connection, error.what());
    return;
  }
  connection.state = Connection::State::connecting;
  // The key is the RFC's example: the answer to it is not checked.
  connection.unsent = "GET /parties/rooms/" + connection.roomName + "?_pk=" + connection.id +
                      " HTTP/1.1\r\nHost: " + target_.host + "\r\nCookie: " + cookie_ +
                      "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  watch(connection, EPOLL_CTL_ADD, true);
}

void Clients::send(Connection& connection, std::string_view bytes) {
  if (connection.state != Connection::State::open) return;
  if (!connection.unsent.empty()) {
    connection.unsent += bytes;
    return;
  }
  const auto sent = ::send(connection.socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) return fail(connection, std::strerror(errno));
  bytes.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : 0);
  if (bytes.empty()) return;
  connection.unsent = bytes;
  watch(connection, EPOLL_CTL_MOD, true);
}

void Clients::end(Connection& connection) {
  connection.socket.close();
  connection.state = Connection::State::closed;
}

int Clients::wait(std::chrono::nanoseconds limit) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit);
  const timespec time{.tv_sec = seconds.count(), .tv_nsec = (limit - seconds).count()};
  const auto most = static_cast<int>(events_.size());
  // Linux 5.11; an open loop sends more often than every millisecond.
  const int ready = ::epoll_pwait2(epoll_.get(), events_.data(), most, &time, nullptr);
  if (ready >= 0 || errno != ENOSYS) return ready;
  return ::epoll_wait(epoll_.get(), events_.data(), most, static_cast<int>(limit / std::chrono::milliseconds(1)));
}

std::string_view Clients::read(Connection& connection) {
  std::size_t size = connection.rest.size();
  std::memcpy(buffer_.get(), connection.rest.data(), size);
  const auto got = ::recv(connection.socket.get(), buffer_.get() + size, kBufferSize - size, MSG_DONTWAIT);
  if (got == 0) {
    fail(connection, "the server has closed the socket");
  } else if (got < 0 && errno != EAGAIN && errno != EINTR) {
    fail(connection, std::strerror(errno));
  }
  if (connection.state == Connection::State::closed) return {};
  if (got > 0) size += static_cast<std::size_t>(got);
  return {buffer_.get(), size};
}

bool Clients::finishUpgrade(Connection& connection, std::string_view& bytes) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  const auto end = bytes.find(kEnd);
  if (end == std::string_view::npos) {
    connection.rest.assign(bytes);
    if (bytes.size() > 16'384) fail(connection, "an endless answer to the upgrade");
    return false;
  }
  if (!bytes.starts_with("HTTP/1.1 101 ")) {
    fail(connection, "no upgrade, but: " + std::string(bytes.substr(0, bytes.find('\r'))));
    return false;
  }
  connection.state = Connection::State::open;
  bytes.remove_prefix(end + kEnd.size());
  return true;
}

void Clients::onControl(Connection& connection, const FrameView& frame) {
  if (frame.opcode == kPing) {
    send(connection, makeFrame(kPong, frame.payload, true));
  } else if (frame.opcode == kClose) {
    const auto reason = frame.payload.substr(std::min<std::size_t>(2, frame.payload.size()));
    fail(connection, "the server has closed the WebSocket: " + std::string(reason));
  }
}

void Clients::onWritable(Connection& connection) {
  if (connection.state == Connection::State::connecting) {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(connection.socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return fail(connection, std::strerror(error));
    connection.state = Connection::State::upgrading;
  }
  flush(connection);
}

void Clients::flush(Connection& connection) {
  const auto sent =
      ::send(connection.socket.get(), connection.unsent.data(), connection.unsent.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) {
    if (errno != EAGAIN && errno != EINTR) fail(connection, std::strerror(errno));
    return;
  }
  connection.unsent.erase(0, static_cast<std::size_t>(sent));
  if (connection.unsent.empty()) watch(connection, EPOLL_CTL_MOD, false);
}

void Clients::watch(Connection& connection, int operation, bool writable) {
  epoll_event event{};
  event.events = EPOLLIN;
  if (writable) event.events |= EPOLLOUT;
  event.data.ptr = &connection;
  if (::epoll_ctl(epoll_.get(), operation, connection.socket.get(), &event) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

void Clients::fail(Connection& connection, const std::string& why) {
  if (failures_++ == 0) firstFailure_ = why;
  end(connection);
}

}  // namespace akbuzat::bench
