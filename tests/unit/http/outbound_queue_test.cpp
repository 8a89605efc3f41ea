#include "http/outbound_queue.hpp"

#include <array>
#include <string>

#include <catch2/catch.hpp>

namespace akbuzat::http {
namespace {

using websocket::OutboundMessage;
using websocket::OutboundMessagePtr;

OutboundMessagePtr message(const std::string& text) { return std::make_shared<const OutboundMessage>(text); }

/// Writes all of the queue, `step` bytes at a time.
std::string drain(OutboundQueue& queue, std::size_t step) {
  std::string written;
  while (!queue.empty()) {
    std::array<iovec, 4> parts;
    const std::size_t count = queue.gather(parts);
    std::string offered;
    for (std::size_t i = 0; i < count; ++i)
      offered.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
    const std::size_t size = std::min(step, offered.size());
    written += offered.substr(0, size);
    queue.consume(size);
  }
  return written;
}

TEST_CASE("frames come out whole and in order however much is written at once") {
  for (const std::size_t step : {1U, 2U, 3U, 7U, 100U, 100'000U}) {
    OutboundQueue queue(false);
    std::string expected;
    for (int i = 0; i < 600; ++i) {
      const auto next = message("message " + std::to_string(i));
      expected += next->frame();
      queue.push(next);
    }
    CHECK(queue.bytes() == expected.size());
    CHECK(drain(queue, step) == expected);
    CHECK(queue.bytes() == 0);
  }
}

TEST_CASE("pushing between partial writes keeps the order") {
  OutboundQueue queue(false);
  std::string expected;
  std::string written;
  for (int i = 0; i < 2000; ++i) {
    const auto next = message(std::string(static_cast<std::size_t>(i % 50), 'x') + std::to_string(i));
    expected += next->frame();
    queue.push(next);
    std::array<iovec, 2> parts;
    REQUIRE(queue.gather(parts) > 0);
    const std::size_t size = std::min<std::size_t>(parts[0].iov_len, 20);
    written.append(static_cast<const char*>(parts[0].iov_base), size);
    queue.consume(size);
  }
  written += drain(queue, 1000);
  CHECK(written == expected);
}

TEST_CASE("a message is let go of as soon as it is written") {
  OutboundQueue queue(false);
  const auto first = message("first");
  const auto second = message("second");
  queue.push(first);
  queue.push(second);
  CHECK(first.use_count() == 2);
  queue.consume(first->frame().size() + 1);
  CHECK(first.use_count() == 1);
  CHECK(second.use_count() == 2);
  queue.clear();
  CHECK(second.use_count() == 1);
  CHECK(queue.empty());
  CHECK(queue.bytes() == 0);
}

TEST_CASE("sockets that negotiated it get the compressed frame") {
  const auto large = message(std::string(5000, 'a'));
  OutboundQueue queue(true);
  queue.push(large);
  CHECK(queue.bytes() == large->deflatedFrame().size());
  CHECK(drain(queue, 10) == large->deflatedFrame());
}

}  // namespace
}  // namespace akbuzat::http
