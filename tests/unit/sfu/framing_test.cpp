#include "sfu/framing.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace akbuzat::sfu {
namespace {

std::string frame(const std::string& datagram) {
  return std::string{static_cast<char>(datagram.size() >> 8U), static_cast<char>(datagram.size())} + datagram;
}

/// All datagrams that `reader` finds in `bytes`, which arrive in pieces of `piece`.
std::vector<std::string> readAll(FrameReader& reader, const std::string& bytes, std::size_t piece) {
  std::vector<std::string> found;
  std::size_t at = 0;
  while (at < bytes.size() && !reader.broken()) {
    const auto space = reader.space();
    const std::size_t count = std::min({piece, space.size(), bytes.size() - at});
    REQUIRE(count > 0);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), count, space.begin());
    reader.added(count);
    at += count;
    while (const auto datagram = reader.next()) found.emplace_back(datagram->begin(), datagram->end());
  }
  return found;
}

util::Bytes bytesOf(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string pendingOf(const FrameQueue& queue) {
  const auto bytes = queue.pending();
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("datagrams are found however their bytes arrive") {
  const std::vector<std::string> sent{"a", std::string(300, 'b'), std::string(FrameReader::kMaxFrame, 'c'), "dd"};
  std::string bytes;
  for (const auto& each : sent) bytes += frame(each);
  for (std::size_t piece = 1; piece <= bytes.size(); piece += piece < 20 ? 1 : 97) {
    INFO(piece);
    FrameReader reader;
    CHECK(readAll(reader, bytes, piece) == sent);
    CHECK_FALSE(reader.broken());
  }
}

TEST_CASE("more than the reader's buffer passes through it") {
  std::vector<std::string> sent;
  std::string bytes;
  for (std::size_t i = 0; i < 100; ++i) {
    sent.emplace_back(1 + i * 19, static_cast<char>('a' + i % 26));
    bytes += frame(sent.back());
  }
  FrameReader reader;
  CHECK(readAll(reader, bytes, bytes.size()) == sent);
}

TEST_CASE("an empty frame is passed over") {
  FrameReader reader;
  CHECK(readAll(reader, frame("") + frame("") + frame("x") + frame(""), 100) == std::vector<std::string>{"x"});
}

TEST_CASE("a frame that is too long breaks the connection, and what came before it counts") {
  FrameReader reader;
  CHECK(readAll(reader, frame("x") + frame(std::string(FrameReader::kMaxFrame + 1, 'y')) + frame("z"), 100) ==
        std::vector<std::string>{"x"});
  CHECK(reader.broken());
  CHECK_FALSE(reader.next());
  FrameReader http;
  CHECK(readAll(http, "GET / HTTP/1.1\r\n\r\n", 1).empty());
  CHECK(http.broken());
}

TEST_CASE("what was put in comes out framed and in order, in whatever pieces it is written") {
  FrameQueue queue;
  CHECK(queue.empty());
  std::string expected;
  std::string written;
  for (std::size_t i = 0; i < 2000; ++i) {
    const std::string datagram(1 + i % 1200, static_cast<char>('a' + i % 26));
    REQUIRE(queue.put(bytesOf(datagram)));
    expected += frame(datagram);
    const std::string pending = pendingOf(queue);
    const std::size_t count = std::min<std::size_t>(pending.size(), i * 7 % 1500);
    written += pending.substr(0, count);
    queue.consume(count);
  }
  written += pendingOf(queue);
  CHECK(written == expected);
}

TEST_CASE("a full queue takes no part of a datagram, and takes the next one when there is room") {
  FrameQueue queue;
  const std::string datagram(1198, 'x');
  std::size_t count = 0;
  while (queue.put(bytesOf(datagram))) ++count;
  CHECK(count == FrameQueue::kMaxBytes / 1200);
  CHECK(queue.pending().size() == count * 1200);
  // A smaller one still fits.
  CHECK(queue.put(bytesOf("y")));
  const std::size_t full = queue.pending().size();
  queue.consume(600);
  CHECK_FALSE(queue.put(bytesOf(datagram)));
  CHECK(queue.pending().size() == full - 600);
  queue.consume(100);
  CHECK(queue.put(bytesOf(datagram)));
  queue.consume(queue.pending().size());
  CHECK(queue.empty());
}

}  // namespace akbuzat::sfu
