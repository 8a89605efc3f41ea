#include "sfu/tcp_connections.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "sfu/framing.hpp"
#include "unit/sfu/socket_peer.hpp"

namespace akbuzat::sfu {
namespace {

using namespace std::chrono_literals;
using test::Recorder;
using test::TcpPeer;

struct Shard {
  boost::asio::io_context context{1};
  Recorder recorder;
  MediaSocket socket{context, "127.0.0.1", 0, recorder};

  Shard() {
    recorder.socket = &socket;
    socket.start();
  }
  /// Runs until so many datagrams have been delivered in all.
  void await(std::size_t datagrams) {
    while (recorder.datagrams.size() < datagrams) context.run_one();
  }
  /// Runs until so many ends have been told in all.
  void awaitLost(std::size_t count) {
    while (recorder.lost.size() < count) context.run_one();
  }
  void send(const transport::Path& path, const std::string& text) {
    std::copy(text.begin(), text.end(), socket.buffer().begin());
    socket.send(path, text.size());
  }
  [[nodiscard]] std::vector<std::string> texts() const {
    std::vector<std::string> all;
    for (const auto& each : recorder.datagrams) all.push_back(each.text);
    return all;
  }
};

}  // namespace

TEST_CASE("what was read early and what comes later are one stream, wherever the cut is") {
  const std::string bytes = TcpPeer::frame("first") + TcpPeer::frame("second") + TcpPeer::frame("third");
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    INFO(cut);
    Shard shard;
    TcpPeer peer;
    shard.socket.adopt(peer.takeServer(), bytes.substr(0, cut));
    // Not within the call.
    CHECK(shard.recorder.datagrams.empty());
    peer.sendRaw(bytes.substr(cut));
    shard.await(3);
    CHECK(shard.texts() == std::vector<std::string>{"first", "second", "third"});
  }
}

TEST_CASE("a stream that comes byte by byte is read") {
  Shard shard;
  TcpPeer peer;
  shard.socket.adopt(peer.takeServer(), {});
  for (const char byte : TcpPeer::frame("slowly") + TcpPeer::frame("but surely")) {
    peer.sendRaw({byte});
    shard.context.poll();
  }
  shard.await(2);
  CHECK(shard.texts() == std::vector<std::string>{"slowly", "but surely"});
}

TEST_CASE("a connection has a number of its own and both addresses, and answers go back framed") {
  for (const char* address : {"127.0.0.1", "127.0.0.2", "::1"}) {
    INFO(address);
    Shard shard;
    TcpPeer first(address);
    TcpPeer second(address);
    if (!first.usable()) continue;
    shard.socket.adopt(first.takeServer(), TcpPeer::frame("echo 1"));
    shard.await(1);
    first.close();
    shard.awaitLost(1);
    CHECK(shard.recorder.lost == std::vector<std::uint32_t>{1});
    shard.socket.adopt(second.takeServer(), TcpPeer::frame("echo 2") + TcpPeer::frame("echo 3"));
    shard.await(3);
    const auto& path = shard.recorder.datagrams[1].path;
    CHECK(path.connection == 2);
    CHECK(path.remote == second.local());
    CHECK(path.local == second.remote());
    CHECK(second.receive() == "echo 2");
    CHECK(second.receive() == "echo 3");
    CHECK(shard.socket.counters().sent == 3);
  }
}

TEST_CASE("a frame that is too long ends its connection, and that is told once") {
  Shard shard;
  TcpPeer peer;
  shard.socket.adopt(peer.takeServer(), TcpPeer::frame("good"));
  shard.await(1);
  peer.sendRaw(TcpPeer::frame(std::string(FrameReader::kMaxFrame + 1, 'x')));
  shard.awaitLost(1);
  CHECK(peer.atEnd());
  shard.context.poll();
  CHECK(shard.recorder.lost == std::vector<std::uint32_t>{1});
  CHECK(shard.socket.counters().malformed == 1);
  // Sending there goes nowhere.
  shard.send(shard.recorder.datagrams[0].path, "late");
  shard.socket.flush();
  CHECK(shard.socket.counters().dropped == 1);
}

TEST_CASE("an end that the owner wanted is not told, and what was sent before it arrives") {
  Shard shard;
  TcpPeer peer;
  shard.socket.adopt(peer.takeServer(), TcpPeer::frame("hello"));
  shard.await(1);
  shard.send(shard.recorder.datagrams[0].path, "goodbye");
  shard.socket.closeConnection(1);
  shard.socket.closeConnection(1);
  CHECK(peer.receive() == "goodbye");
  CHECK(peer.atEnd());
  shard.context.poll();
  CHECK(shard.recorder.lost.empty());
}

TEST_CASE("a connection may be closed from within its own datagram") {
  struct Closing final : MediaSocket::Receiver {
    MediaSocket* socket = nullptr;
    std::size_t datagrams = 0;
    std::size_t lost = 0;
    void onDatagram(util::MutableBytes, const transport::Path& from, util::TimePoint) override {
      ++datagrams;
      socket->closeConnection(from.connection);
    }
    void onConnectionLost(std::uint32_t, util::TimePoint) override { ++lost; }
    void onTurnEnded(util::TimePoint) override {}
  } closing;
  boost::asio::io_context context(1);
  MediaSocket socket(context, "127.0.0.1", 0, closing);
  closing.socket = &socket;
  TcpPeer peer;
  socket.adopt(peer.takeServer(), TcpPeer::frame("one") + TcpPeer::frame("two"));
  context.poll();
  CHECK(closing.datagrams == 1);
  CHECK(closing.lost == 0);
  CHECK(peer.atEnd());
}

TEST_CASE("a reader that is too slow loses whole datagrams, and gets new ones when it reads on") {
  Shard shard;
  TcpPeer peer("127.0.0.1", 8192);
  shard.socket.adopt(peer.takeServer(), TcpPeer::frame("hello"));
  shard.await(1);
  const auto path = shard.recorder.datagrams[0].path;
  const auto& counters = shard.socket.counters();
  // More than any socket buffer of the system's and the queue can hold.
  for (int i = 0; i < 20'000; ++i) {
    shard.send(path, std::string(1000, static_cast<char>('a' + i % 26)));
    if (i % 10 == 0) shard.socket.flush();
  }
  CHECK(counters.dropped > 0);
  CHECK(counters.sent + counters.dropped == 20'000);
  const std::uint64_t sent = counters.sent;
  for (std::uint64_t i = 0; i < sent; ++i) {
    shard.context.poll();
    const std::string datagram = peer.receive();
    REQUIRE(datagram.size() == 1000);
    REQUIRE(datagram == std::string(1000, datagram[0]));
  }
  shard.context.poll();
  shard.send(path, "new");
  shard.socket.flush();
  CHECK(peer.receive() == "new");
  CHECK(shard.recorder.lost.empty());
}

TEST_CASE("a connection that breaks while it is written to is told once, later") {
  Shard shard;
  TcpPeer peer;
  shard.socket.adopt(peer.takeServer(), TcpPeer::frame("hello"));
  shard.await(1);
  const auto path = shard.recorder.datagrams[0].path;
  peer.reset();
  for (int i = 0; i < 10; ++i) {
    shard.send(path, "into the void");
    shard.socket.flush();
  }
  CHECK(shard.recorder.lost.empty());
  shard.awaitLost(1);
  shard.context.poll();
  CHECK(shard.recorder.lost == std::vector<std::uint32_t>{1});
}

TEST_CASE("strangers from one address are few, known peers may be many") {
  Shard shard;
  std::vector<TcpPeer> peers(TcpConnections::kMaxUnconfirmedPerAddress + 2);
  for (std::size_t i = 0; i < TcpConnections::kMaxUnconfirmedPerAddress; ++i)
    shard.socket.adopt(peers[i].takeServer(), TcpPeer::frame("hello"));
  shard.await(TcpConnections::kMaxUnconfirmedPerAddress);
  TcpPeer& refused = peers[TcpConnections::kMaxUnconfirmedPerAddress];
  shard.socket.adopt(refused.takeServer(), TcpPeer::frame("hello"));
  CHECK(refused.atEnd());
  shard.socket.confirm(3);
  TcpPeer& welcome = peers.back();
  shard.socket.adopt(welcome.takeServer(), TcpPeer::frame("echo"));
  shard.await(TcpConnections::kMaxUnconfirmedPerAddress + 1);
  CHECK(welcome.receive() == "echo");
  // From elsewhere there is room too.
  TcpPeer far("::1");
  if (far.usable()) {
    shard.socket.adopt(far.takeServer(), TcpPeer::frame("echo"));
    shard.await(TcpConnections::kMaxUnconfirmedPerAddress + 2);
    CHECK(far.receive() == "echo");
  }
  CHECK(shard.recorder.lost.empty());
}

TEST_CASE("who is not known after ten seconds has to go") {
  boost::asio::io_context context(1);
  Recorder recorder;
  MediaSocketCounters counters;
  std::size_t turns = 0;
  const auto tcp =
      std::make_shared<TcpConnections>(context, recorder, counters, [&turns](util::TimePoint) { ++turns; });
  const util::TimePoint start{};
  std::vector<TcpPeer> peers(3);
  for (std::size_t i = 0; i < 3; ++i) tcp->adopt(peers[i].takeServer(), {}, start + i * 1s);
  tcp->confirm(1);
  tcp->expire(start + 10s);
  CHECK(recorder.lost.empty());
  tcp->expire(start + 11s);
  CHECK(recorder.lost == std::vector<std::uint32_t>{2});
  CHECK(turns == 1);
  CHECK(peers[1].atEnd());
  tcp->expire(start + 3600s);
  CHECK(recorder.lost == std::vector<std::uint32_t>{2, 3});
  CHECK(tcp->size() == 1);
  tcp->stop();
  CHECK(peers[0].atEnd());
  CHECK(recorder.lost.size() == 2);
}

TEST_CASE("what is no connection, or has brought too much, is closed") {
  Shard shard;
  shard.socket.adopt(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), {});
  shard.socket.adopt(-1, {});
  TcpPeer peer;
  shard.socket.adopt(peer.takeServer(), std::string(100'000, 'x'));
  CHECK(peer.atEnd());
  TcpPeer garbage;
  shard.socket.adopt(garbage.takeServer(), "GET / HTTP/1.1\r\n\r\n");
  shard.awaitLost(1);
  CHECK(garbage.atEnd());
  CHECK(shard.recorder.datagrams.empty());
}

TEST_CASE("a stop closes connections and tells nothing") {
  boost::asio::io_context context(1);
  Recorder recorder;
  TcpPeer peer;
  {
    MediaSocket socket(context, "127.0.0.1", 0, recorder);
    socket.start();
    socket.adopt(peer.takeServer(), TcpPeer::frame("hello"));
    socket.stop();
    CHECK(peer.atEnd());
    TcpPeer late;
    socket.adopt(late.takeServer(), {});
    CHECK(late.atEnd());
  }
  context.run();
  CHECK(recorder.datagrams.empty());
  CHECK(recorder.lost.empty());
}

}  // namespace akbuzat::sfu
