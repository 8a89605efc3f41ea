#include "akbuzat/sfu/media_socket.hpp"

#include <algorithm>
#include <string>
#include <system_error>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "sfu/udp_receiver.hpp"
#include "unit/sfu/socket_peer.hpp"

namespace akbuzat::sfu {
namespace {

using test::Recorder;
using test::UdpPeer;

/// A media socket whose shard is the test, with `on` bound to it.
struct Shard {
  boost::asio::io_context context{1};
  Recorder recorder;
  MediaSocket socket;

  explicit Shard(const std::string& address = "0.0.0.0") : socket(context, address, 0, recorder) {
    recorder.socket = &socket;
    socket.start();
  }
  /// Runs until so many datagrams have been delivered in all.
  void await(std::size_t datagrams) {
    while (recorder.datagrams.size() < datagrams) context.run_one();
  }
};

}  // namespace

TEST_CASE("datagrams arrive in order, with who sent them and to whom") {
  Shard shard;
  UdpPeer peer("127.0.0.1");
  for (int i = 0; i < 200; ++i) peer.send(shard.socket.port(), std::to_string(i));
  shard.await(200);
  for (std::size_t i = 0; i < 200; ++i) CHECK(shard.recorder.datagrams[i].text == std::to_string(i));
  const auto& path = shard.recorder.datagrams[0].path;
  CHECK_FALSE(path.isTcp());
  CHECK(path.remote == peer.local());
  CHECK(path.local == test::endpoint("127.0.0.1", shard.socket.port()));
  CHECK(shard.socket.counters().received == 200);
  CHECK(shard.socket.counters().receivedBytes == 10 + 2 * 90 + 3 * 100);
}

TEST_CASE("a turn has a batch of datagrams and one end") {
  Shard shard;
  UdpPeer peer("127.0.0.1");
  for (int i = 0; i < 130; ++i) peer.send(shard.socket.port(), "x");
  shard.await(130);
  CHECK(shard.recorder.turns == 1);
  CHECK(shard.socket.counters().receiveCalls == 3);
  // Answers that were given meanwhile have left.
  peer.send(shard.socket.port(), "echo");
  shard.await(131);
  CHECK(peer.receive() == "echo");
}

TEST_CASE("an answer leaves from the address that was asked") {
  for (const char* address : {"127.0.0.1", "127.0.0.2", "::1"}) {
    INFO(address);
    Shard shard;
    UdpPeer peer(address[0] == ':' ? "::1" : "127.0.0.1");
    if (!peer.usable()) continue;
    peer.sendTo(test::endpoint(address, shard.socket.port()), "echo");
    shard.await(1);
    CHECK(shard.recorder.datagrams[0].path.local == test::endpoint(address, shard.socket.port()));
    CHECK(peer.receive() == "echo");
    CHECK(peer.lastFrom() == test::endpoint(address, shard.socket.port()));
  }
}

TEST_CASE("a run of equal datagrams arrives as what was sent") {
  for (const char* address : {"127.0.0.1", "::1"}) {
    INFO(address);
    Shard shard;
    UdpPeer first(address);
    UdpPeer second(address);
    if (!first.usable()) continue;
    transport::Path path;
    path.local = test::endpoint(address, shard.socket.port());
    std::vector<std::string> sent;
    for (int i = 0; i < 100; ++i) {
      sent.emplace_back(i == 99 ? 700 : 1200, static_cast<char>('!' + i % 90));
      for (const UdpPeer* peer : {&first, &second}) {
        path.remote = peer->local();
        const auto buffer = shard.socket.buffer();
        REQUIRE(buffer.size() == transport::DatagramSink::kMaxDatagram);
        std::copy(sent.back().begin(), sent.back().end(), buffer.begin());
        shard.socket.send(path, sent.back().size());
      }
    }
    shard.socket.flush();
    for (UdpPeer* peer : {&first, &second}) {
      for (const std::string& each : sent) CHECK(peer->receive() == each);
      CHECK(peer->lastFrom() == path.local);
    }
    CHECK(shard.socket.counters().sent == 200);
    CHECK(shard.socket.counters().sentBytes == 2 * (99 * 1200 + 700));
    CHECK(shard.socket.counters().sendCalls == 1);
  }
}

TEST_CASE("a datagram without a source leaves from where the system likes, a wrong source harms nobody else") {
  Shard shard;
  UdpPeer peer("127.0.0.1");
  transport::Path path;
  path.remote = peer.local();
  for (const char* local : {"::", "192.0.2.77", "224.0.0.1", "127.0.0.3"}) {
    path.local = test::endpoint(local, 0);
    shard.socket.buffer()[0] = static_cast<std::uint8_t>(local[0]);
    shard.socket.send(path, 1);
  }
  shard.socket.flush();
  CHECK(peer.receive() == ":");
  CHECK(peer.lastFrom() == test::endpoint("127.0.0.1", shard.socket.port()));
  CHECK(peer.receive() == "1");
  CHECK(peer.lastFrom() == test::endpoint("127.0.0.3", shard.socket.port()));
  CHECK(shard.socket.counters().sent == 2);
  CHECK(shard.socket.counters().dropped == 2);
}

TEST_CASE("what is too long or empty is counted and not delivered") {
  Shard shard;
  UdpPeer peer("127.0.0.1");
  peer.send(shard.socket.port(), std::string(1501, 'x'));
  peer.send(shard.socket.port(), "");
  peer.send(shard.socket.port(), std::string(1500, 'y'));
  shard.await(1);
  CHECK(shard.recorder.datagrams[0].text == std::string(1500, 'y'));
  CHECK(shard.socket.counters().malformed == 2);
  CHECK(shard.socket.counters().received == 1);
}

TEST_CASE("a socket takes the address that it is given, and says why it cannot") {
  Shard shard("127.0.0.2");
  UdpPeer peer("127.0.0.1");
  peer.sendTo(test::endpoint("127.0.0.2", shard.socket.port()), "echo");
  shard.await(1);
  CHECK(peer.receive() == "echo");

  Recorder recorder;
  try {
    const MediaSocket second(shard.context, "127.0.0.2", shard.socket.port(), recorder);
    FAIL("two sockets have one port");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::address_in_use);
    CHECK_THAT(error.what(), Catch::Contains("127.0.0.2:" + std::to_string(shard.socket.port())));
  }
  CHECK_THROWS_AS(MediaSocket(shard.context, "198.51.100.1", 0, recorder), std::system_error);
  CHECK_THROWS_AS(MediaSocket(shard.context, "nowhere", 0, recorder), std::system_error);
  // The other one of 127.0.0.1 is free.
  CHECK_NOTHROW(MediaSocket(shard.context, "127.0.0.1", shard.socket.port(), recorder));
}

TEST_CASE("a stopped or destroyed socket calls nobody, whatever is queued") {
  boost::asio::io_context context(1);
  Recorder recorder;
  UdpPeer peer("127.0.0.1");
  {
    MediaSocket socket(context, "127.0.0.1", 0, recorder);
    socket.start();
    peer.send(socket.port(), "x");
    socket.stop();
    context.poll();
  }
  {
    MediaSocket socket(context, "127.0.0.1", 0, recorder);
    socket.start();
    peer.send(socket.port(), "x");
  }
  context.restart();
  context.run();
  CHECK(recorder.datagrams.empty());
  CHECK(recorder.turns == 0);
}

}  // namespace akbuzat::sfu
