#include "sfu/udp_sender.hpp"

#include <netinet/in.h>
#include <netinet/udp.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "sfu/socket_address.hpp"
#include "sfu/udp_socket.hpp"

namespace akbuzat::sfu {
namespace {

/// What the kernel was asked to send, as one message.
struct Sent {
  std::uint16_t port = 0;
  std::vector<std::string> parts;
  /// 0: one datagram.
  std::uint16_t segment = 0;
};

/// A kernel that does as the test says.
struct Kernel {
  std::vector<Sent> sent;
  std::size_t calls = 0;
  /// Errors by destination port, for as often as they are listed.
  std::map<std::uint16_t, std::deque<int>> errors;
  /// Errors of messages that are to be cut, for good.
  int segmentError = 0;
  /// Messages that fit before the buffer is full.
  std::size_t room = SIZE_MAX;
};
Kernel* kernel = nullptr;

Sent describe(const msghdr& message) {
  Sent sent;
  sockaddr_in6 remote;
  std::memcpy(&remote, message.msg_name, sizeof remote);
  sent.port = ntohs(remote.sin6_port);
  for (std::size_t i = 0; i < message.msg_iovlen; ++i)
    sent.parts.emplace_back(static_cast<const char*>(message.msg_iov[i].iov_base), message.msg_iov[i].iov_len);
  msghdr copy = message;
  for (cmsghdr* control = CMSG_FIRSTHDR(&copy); control != nullptr; control = CMSG_NXTHDR(&copy, control)) {
    if (control->cmsg_level == SOL_UDP && control->cmsg_type == UDP_SEGMENT)
      std::memcpy(&sent.segment, CMSG_DATA(control), sizeof sent.segment);
  }
  return sent;
}

int sendMany(int, mmsghdr* messages, unsigned count, int) {
  ++kernel->calls;
  for (unsigned i = 0; i < count; ++i) {
    const auto fail = [i](int error) {
      errno = error;
      return i == 0 ? -1 : static_cast<int>(i);
    };
    const Sent sent = describe(messages[i].msg_hdr);
    if (kernel->sent.size() == kernel->room) return fail(EAGAIN);
    if (sent.segment != 0 && kernel->segmentError != 0) return fail(kernel->segmentError);
    if (auto& errors = kernel->errors[sent.port]; !errors.empty()) {
      if (i > 0) return static_cast<int>(i);
      const int error = errors.front();
      errors.pop_front();
      return fail(error);
    }
    kernel->sent.push_back(sent);
  }
  return static_cast<int>(count);
}

struct Fixture {
  Kernel fake;
  UdpSocket socket = openUdpSocket("0.0.0.0", 0);
  MediaSocketCounters counters;
  UdpSender sender{socket, counters, sendMany};

  Fixture() { kernel = &fake; }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;
  ~Fixture() { kernel = nullptr; }

  static transport::Path to(std::uint16_t port) {
    transport::Path path;
    CHECK(parseAddress("127.0.0.1", path.remote));
    path.remote.port = port;
    CHECK(parseAddress("127.0.0.1", path.local));
    path.local.port = 8787;
    return path;
  }
  void send(std::uint16_t port, const std::string& text) {
    const auto buffer = sender.buffer();
    std::copy(text.begin(), text.end(), buffer.begin());
    sender.send(to(port), text.size());
  }
  /// What went to a port, in its order.
  [[nodiscard]] std::vector<std::string> arrived(std::uint16_t port) const {
    std::vector<std::string> all;
    for (const Sent& each : fake.sent) {
      if (each.port == port) all.insert(all.end(), each.parts.begin(), each.parts.end());
    }
    return all;
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "equal datagrams of a path become one message, whatever lies between them") {
  for (int i = 0; i < 3; ++i) {
    for (std::uint16_t port = 1; port <= 4; ++port) send(port, std::string(100, static_cast<char>('a' + i)));
  }
  CHECK(fake.calls == 0);
  sender.flush();
  REQUIRE(fake.sent.size() == 4);
  for (const Sent& each : fake.sent) {
    CHECK(each.segment == 100);
    CHECK(each.parts == std::vector<std::string>{std::string(100, 'a'), std::string(100, 'b'), std::string(100, 'c')});
  }
  CHECK(fake.calls == 1);
  CHECK(counters.sent == 12);
  CHECK(counters.sentBytes == 1200);
  CHECK(counters.sendCalls == 1);
  sender.flush();
  CHECK(fake.calls == 1);
}

TEST_CASE_METHOD(Fixture, "a shorter datagram ends a message, a longer one begins the next") {
  const std::vector<std::string> texts{"aaaa", "bbbb", "cc", "dd", "eeee", "ffff", "g"};
  for (const auto& text : texts) send(1, text);
  sender.flush();
  REQUIRE(fake.sent.size() == 3);
  CHECK(fake.sent[0].parts == std::vector<std::string>{"aaaa", "bbbb", "cc"});
  CHECK(fake.sent[0].segment == 4);
  CHECK(fake.sent[1].parts == std::vector<std::string>{"dd"});
  CHECK(fake.sent[1].segment == 0);
  CHECK(fake.sent[2].parts == std::vector<std::string>{"eeee", "ffff", "g"});
  CHECK(arrived(1) == texts);
}

TEST_CASE_METHOD(Fixture, "a message has at most 64 datagrams and 65,000 bytes") {
  for (int i = 0; i < 130; ++i) send(1, "x");
  for (int i = 0; i < 60; ++i) send(2, std::string(1200, 'y'));
  sender.flush();
  std::vector<std::size_t> counts;
  for (const Sent& each : fake.sent) counts.push_back(each.parts.size());
  CHECK(counts == std::vector<std::size_t>{64, 64, 2, 54, 6});
}

TEST_CASE_METHOD(Fixture, "paths that differ in the answering address are not mixed") {
  for (const char* local : {"127.0.0.1", "127.0.0.2"}) {
    auto path = to(1);
    CHECK(parseAddress(local, path.local));
    sender.buffer()[0] = 'x';
    sender.send(path, 1);
  }
  sender.flush();
  CHECK(fake.sent.size() == 2);
}

TEST_CASE_METHOD(Fixture, "a full batch goes by itself") {
  for (std::size_t i = 0; i < UdpSender::kBatch; ++i) send(static_cast<std::uint16_t>(i + 1), std::to_string(i));
  CHECK(counters.sent == UdpSender::kBatch);
  CHECK(fake.sent.size() == UdpSender::kBatch);
  send(1, "next");
  sender.flush();
  CHECK(counters.sent == UdpSender::kBatch + 1);
}

TEST_CASE_METHOD(Fixture, "a full send buffer drops the rest and counts it") {
  fake.room = 3;
  for (std::uint16_t port = 1; port <= 10; ++port) send(port, "abc");
  sender.flush();
  CHECK(counters.sent == 3);
  CHECK(counters.dropped == 7);
  fake.room = SIZE_MAX;
  send(4, "newer");
  sender.flush();
  CHECK(arrived(4) == std::vector<std::string>{"newer"});
}

TEST_CASE_METHOD(Fixture, "one destination's error is not the others'") {
  const int error = GENERATE(EHOSTUNREACH, ENETUNREACH, EPERM, ECONNREFUSED, EMSGSIZE, EINVAL);
  for (const std::uint16_t port : {std::uint16_t{1}, std::uint16_t{3}}) fake.errors[port] = {error};
  for (std::uint16_t port = 1; port <= 4; ++port) send(port, "abc");
  sender.flush();
  CHECK(counters.sent == 2);
  CHECK(counters.dropped == 2);
  CHECK(arrived(2).size() == 1);
  CHECK(arrived(4).size() == 1);
}

TEST_CASE_METHOD(Fixture, "an interrupted call is made again") {
  fake.errors[1] = {EINTR, EINTR};
  send(1, "abc");
  sender.flush();
  CHECK(arrived(1).size() == 1);
  CHECK(counters.dropped == 0);
}

TEST_CASE_METHOD(Fixture, "where a device cannot cut, datagrams go singly from then on") {
  fake.segmentError = EIO;
  for (int i = 0; i < 3; ++i) send(1, "abc");
  sender.flush();
  CHECK(arrived(1).size() == 3);
  CHECK(counters.sent == 3);
  CHECK(counters.dropped == 0);
  fake.segmentError = 0;
  for (int i = 0; i < 3; ++i) send(1, "abc");
  sender.flush();
  REQUIRE(fake.sent.size() == 6);
  for (const Sent& each : fake.sent) CHECK(each.segment == 0);
}

TEST_CASE_METHOD(Fixture, "where one path cannot take segments, the others still do") {
  const int error = GENERATE(EINVAL, EMSGSIZE);
  fake.errors[1] = {error};
  for (int i = 0; i < 2; ++i) {
    send(1, "abc");
    send(2, "def");
  }
  sender.flush();
  CHECK(arrived(1).size() == 2);
  CHECK(arrived(2).size() == 2);
  CHECK(fake.sent.size() == 3);
  CHECK(counters.sent == 4);
}

TEST_CASE_METHOD(Fixture, "a buffer that fills in the middle of single sends drops what is left of all") {
  fake.segmentError = EIO;
  fake.room = 1;
  for (int i = 0; i < 3; ++i) send(1, "abc");
  send(2, "def");
  sender.flush();
  CHECK(counters.sent == 1);
  CHECK(counters.dropped == 3);
}

TEST_CASE_METHOD(Fixture, "nothing empty or too long is sent") {
  sender.send(to(1), 0);
  sender.send(to(1), transport::DatagramSink::kMaxDatagram + 1);
  sender.flush();
  CHECK(fake.calls == 0);
  CHECK(counters.dropped == 2);
}

}  // namespace akbuzat::sfu
