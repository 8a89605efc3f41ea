#include "akbuzat/websocket/outbound_message.hpp"

#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "akbuzat/websocket/deflate.hpp"

namespace akbuzat::websocket {
namespace {

TEST_CASE("frames have the shortest header") {
  CHECK(OutboundMessage("Hello").frame() == "\x81\x05Hello");
  CHECK(OutboundMessage("").frame() == std::string("\x81\0", 2));
  const std::string middle(126, 'x');
  CHECK(OutboundMessage(middle).frame() == std::string("\x81\x7e\0\x7e", 4) + middle);
  const std::string large(0x10000, 'x');
  CHECK(OutboundMessage(large).frame() == std::string("\x81\x7f\0\0\0\0\0\x01\0\0", 10) + large);
  CHECK(OutboundMessage(large).text() == large);
}

TEST_CASE("control frames are never compressed") {
  const OutboundMessage ping(Opcode::ping, "beat");
  CHECK(ping.frame() ==
        "\x89\x04"
        "beat");
  CHECK(ping.deflatedFrame().data() == ping.frame().data());
  CHECK(OutboundMessage(Opcode::close, closePayload(4409, "replaced")).frame() == "\x88\x0a\x11\x39replaced");
}

TEST_CASE("a compressed frame has RSV1 and inflates to the text") {
  std::string text;
  for (int i = 0; i < 100; ++i) text += R"({"type":"roomState"})";
  const OutboundMessage message(text);
  const std::string_view frame = message.deflatedFrame();
  REQUIRE(frame.size() < message.frame().size() / 4);
  CHECK(static_cast<unsigned char>(frame[0]) == 0xC1);
  const std::size_t header = static_cast<unsigned char>(frame[1]) < 126 ? 2 : 4;
  CHECK(inflatePayload(frame.substr(header), text.size()).payload == text);
}

TEST_CASE("what is small or does not shrink goes plain") {
  const OutboundMessage small("{}");
  CHECK(small.deflatedFrame() == small.frame());
  std::string noise;
  unsigned state = 1;
  for (int i = 0; i < 3000; ++i) {
    state = state * 1664525U + 1013904223U;
    noise.push_back(static_cast<char>(33 + (state >> 16) % 90));
  }
  // Random printable bytes shrink only a little; random digits of one kind not at all.
  const OutboundMessage message(noise);
  CHECK(message.deflatedFrame().size() <= message.frame().size());
}

TEST_CASE("several threads may ask for the compressed frame at once") {
  const OutboundMessage message(std::string(10'000, 'a'));
  std::vector<std::string_view> frames(4);
  std::vector<std::thread> threads;
  for (auto& frame : frames) threads.emplace_back([&frame, &message] { frame = message.deflatedFrame(); });
  for (auto& thread : threads) thread.join();
  for (const auto& frame : frames) CHECK(frame.data() == frames[0].data());
}

TEST_CASE("a close reason is cut at a code point") {
  CHECK(closePayload(1000, "bye") ==
        "\x03\xE8"
        "bye");
  const std::string payload = closePayload(1000, std::string(122, 'x') + "й");
  CHECK(payload.size() == 2 + 122);
  CHECK(closePayload(1000, std::string(123, 'x')).size() == 125);
  CHECK(closePayload(1000, std::string(121, 'x') + "йй").size() == 2 + 121 + 2);
}

}  // namespace
}  // namespace akbuzat::websocket
