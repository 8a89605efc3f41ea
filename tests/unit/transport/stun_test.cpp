#include "akbuzat/transport/stun.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "support/stun_request.hpp"

namespace akbuzat::transport {
namespace {

using Message = std::vector<std::uint8_t>;

// RFC 5769 section 2: "VOkJxbRl1RmTxUk/WvJxBt" is the password of all three.
constexpr std::string_view kPassword = "VOkJxbRl1RmTxUk/WvJxBt";

const Message kSampleRequest{
    0x00, 0x01, 0x00, 0x58, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87,
    0xdf, 0xae, 0x80, 0x22, 0x00, 0x10, 0x53, 0x54, 0x55, 0x4e, 0x20, 0x74, 0x65, 0x73, 0x74, 0x20, 0x63, 0x6c,
    0x69, 0x65, 0x6e, 0x74, 0x00, 0x24, 0x00, 0x04, 0x6e, 0x00, 0x01, 0xff, 0x80, 0x29, 0x00, 0x08, 0x93, 0x2f,
    0xf9, 0xb1, 0x51, 0x26, 0x3b, 0x36, 0x00, 0x06, 0x00, 0x09, 0x65, 0x76, 0x74, 0x6a, 0x3a, 0x68, 0x36, 0x76,
    0x59, 0x20, 0x20, 0x20, 0x00, 0x08, 0x00, 0x14, 0x9a, 0xea, 0xa7, 0x0c, 0xbf, 0xd8, 0xcb, 0x56, 0x78, 0x1e,
    0xf2, 0xb5, 0xb2, 0xd3, 0xf2, 0x49, 0xc1, 0xb5, 0x71, 0xa2, 0x80, 0x28, 0x00, 0x04, 0xe5, 0x7a, 0x3b, 0xcf};

const Message kSampleIpv4Response{0x01, 0x01, 0x00, 0x3c, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34,
                                  0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74,
                                  0x20, 0x76, 0x65, 0x63, 0x74, 0x6f, 0x72, 0x20, 0x00, 0x20, 0x00, 0x08, 0x00, 0x01,
                                  0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43, 0x00, 0x08, 0x00, 0x14, 0x2b, 0x91, 0xf5, 0x99,
                                  0xfd, 0x9e, 0x90, 0xc3, 0x8c, 0x74, 0x89, 0xf9, 0x2a, 0xf9, 0xba, 0x53, 0xf0, 0x6b,
                                  0xe7, 0xd7, 0x80, 0x28, 0x00, 0x04, 0xc0, 0x7d, 0x4c, 0x96};

const Message kSampleIpv6Response{
    0x01, 0x01, 0x00, 0x48, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf,
    0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63, 0x74, 0x6f, 0x72, 0x20, 0x00, 0x20,
    0x00, 0x14, 0x00, 0x02, 0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25, 0xf4, 0xb5, 0xbe,
    0xd2, 0xb9, 0xd9, 0x00, 0x08, 0x00, 0x14, 0xa3, 0x82, 0x95, 0x4e, 0x4b, 0xe6, 0x7b, 0xf1, 0x17, 0x84, 0xc9, 0x7c,
    0x82, 0x92, 0xc2, 0x75, 0xbf, 0xe3, 0xed, 0x41, 0x80, 0x28, 0x00, 0x04, 0xc8, 0xfb, 0x0b, 0x4c};

test::StunRequest goodRequest() {
  test::StunRequest request;
  request.username = "server:client";
  request.password = "secret";
  request.controlling = 7;
  return request;
}

/// `message` with its length field made right for its size.
Message withLength(Message message) {
  util::writeU16(message, 2, static_cast<std::uint16_t>(message.size() - 20));
  return message;
}

Endpoint v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d, std::uint16_t port) {
  return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d}, port};
}

TEST_CASE("RFC 5769 2.1: the sample request is read and its integrity is right") {
  const auto message = parseStun(kSampleRequest);
  REQUIRE(message);
  CHECK(message->type == StunMessage::kBindingRequest);
  CHECK(message->username == "evtj:h6vY");
  CHECK(message->priority == 0x6e0001ffU);
  CHECK(message->iceControlled);
  CHECK_FALSE(message->iceControlling);
  CHECK_FALSE(message->useCandidate);
  CHECK_FALSE(message->unknownRequired);
  CHECK(message->transactionId[0] == 0xb7);
  CHECK(message->transactionId[11] == 0xae);
  CHECK(hasIntegrity(*message, kPassword));
  CHECK_FALSE(hasIntegrity(*message, "VOkJxbRl1RmTxUk/WvJxBu"));
  CHECK_FALSE(hasIntegrity(*message, ""));
}

TEST_CASE("RFC 5769 2.2 and 2.3: the sample responses are right, and ours map the address the same way") {
  const auto request = parseStun(kSampleRequest);
  REQUIRE(request);
  const auto [sample, mapped] =
      GENERATE(std::pair(kSampleIpv4Response, v4(192, 0, 2, 1, 32853)),
               std::pair(kSampleIpv6Response, Endpoint{{0x20, 0x01, 0x0d, 0xb8, 0x12, 0x34, 0x56, 0x78, 0x00, 0x11,
                                                        0x22, 0x33, 0x44, 0x55, 0x66, 0x77},
                                                       32853}));
  const auto message = parseStun(sample);
  REQUIRE(message);
  CHECK(message->type == StunMessage::kBindingSuccess);
  CHECK(hasIntegrity(*message, kPassword));

  std::array<std::uint8_t, 96> out{};
  const std::size_t size = writeBindingSuccess(out, *request, mapped, kPassword);
  const Message own(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size));
  const auto parsed = parseStun(own);
  REQUIRE(parsed);
  CHECK(parsed->type == StunMessage::kBindingSuccess);
  CHECK(parsed->transactionId == request->transactionId);
  CHECK(hasIntegrity(*parsed, kPassword));
  CHECK(test::stunAttribute(own, 0x0020) == test::stunAttribute(sample, 0x0020));
  CHECK(test::stunAttribute(own, 0x8028));
}

TEST_CASE("an answer without a password has no integrity but a fingerprint") {
  const auto bytes = goodRequest().write();
  std::array<std::uint8_t, 96> out{};
  const std::size_t size = writeBindingSuccess(out, *parseStun(bytes), v4(1, 2, 3, 4, 5), "");
  const Message own(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size));
  REQUIRE(parseStun(own));
  CHECK_FALSE(test::stunAttribute(own, 0x0008));
  CHECK(test::stunAttribute(own, 0x8028));
  // A plain request has 20 bytes and asks for no more; this is what it is worth.
  CHECK(size == 20 + 12 + 8);
}

TEST_CASE("an error response has class and number, and names the unknown attribute") {
  auto request = goodRequest();
  request.extra.emplace_back(0x7ABC, Message{1, 2, 3});
  const auto bytes = request.write();
  const auto message = parseStun(bytes);
  REQUIRE(message);
  CHECK(message->unknownRequired == 0x7ABC);
  std::array<std::uint8_t, 96> out{};
  const std::size_t size = writeBindingError(out, *message, 420, "secret");
  REQUIRE(size <= out.size());
  const Message own(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size));
  const auto parsed = parseStun(own);
  REQUIRE(parsed);
  CHECK(parsed->type == StunMessage::kBindingError);
  CHECK(hasIntegrity(*parsed, "secret"));
  CHECK(test::stunAttribute(own, 0x0009) == Message{0, 0, 4, 20});
  CHECK(test::stunAttribute(own, 0x000A) == Message{0x7A, 0xBC});
}

TEST_CASE("attributes that need not be understood, and those after the integrity, are passed over") {
  auto request = goodRequest();
  request.extra.emplace_back(0xC057, Message{0, 1, 0, 2});  // Chromium's network cost
  request.late.emplace_back(0x0025, Message{});             // USE-CANDIDATE put in by somebody on the way
  request.late.emplace_back(0x7ABC, Message{});
  const auto bytes = request.write();
  const auto message = parseStun(bytes);
  REQUIRE(message);
  CHECK_FALSE(message->useCandidate);
  CHECK_FALSE(message->unknownRequired);
  CHECK(message->iceControlling);
  CHECK(hasIntegrity(*message, "secret"));
}

TEST_CASE("of an attribute that comes twice the first counts") {
  auto request = goodRequest();
  request.extra.emplace_back(0x0006, Message{'x'});
  request.extra.emplace_back(0x0024, Message{0, 0, 0, 1});
  const auto bytes = request.write();
  const auto message = parseStun(bytes);
  REQUIRE(message);
  CHECK(message->username == "server:client");
  CHECK(message->priority == 0x6E7F1EFFU);
}

TEST_CASE("integrity covers every byte before it") {
  // Without the fingerprint, which would notice too. Bytes that change the message's structure make it unreadable.
  auto request = goodRequest();
  request.fingerprint = false;
  const auto plain = request.write();
  for (std::size_t i = 0; i < plain.size(); ++i) {
    Message changed = plain;
    changed[i] ^= 0x01U;
    const auto message = parseStun(changed);
    CHECK((!message || !hasIntegrity(*message, "secret")));
  }
}

TEST_CASE("the fingerprint covers every byte") {
  const auto bytes = goodRequest().write();
  // Its own type aside: as another attribute it is no fingerprint.
  const std::size_t at = bytes.size() - 8;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == at || i == at + 1) continue;
    Message changed = bytes;
    changed[i] ^= 0x10U;
    CHECK_FALSE(parseStun(changed));
  }
}

TEST_CASE("malformed messages are refused") {
  const Message good = goodRequest().write();
  REQUIRE(parseStun(good));

  SECTION("every truncation") {
    for (std::size_t size = 0; size < good.size(); ++size) {
      CHECK_FALSE(parseStun(util::Bytes(good).first(size)));
      if (size >= 20) {
        // With a header that does not lie only whole attributes before the fingerprint can be left.
        const auto message =
            parseStun(withLength(Message(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))));
        CHECK((!message || size % 4 == 0));
      }
    }
  }
  SECTION("bytes behind the message") {
    Message longer = good;
    longer.insert(longer.end(), 4, 0);
    CHECK_FALSE(parseStun(longer));
    CHECK_FALSE(parseStun(withLength(longer)));  // the fingerprint is not the last attribute
  }
  SECTION("no magic cookie") {
    auto request = goodRequest();
    request.fingerprint = false;
    Message changed = request.write();
    changed[4] = 0;
    CHECK_FALSE(parseStun(changed));
  }
  SECTION("the first two bits set") {
    auto request = goodRequest();
    request.type = 0x4001;
    CHECK_FALSE(parseStun(request.write()));
  }
  SECTION("an attribute longer than the message") {
    auto request = goodRequest();
    request.fingerprint = false;
    request.password.clear();
    Message changed = request.write();
    util::writeU16(changed, 22, 0xFFFF);
    CHECK_FALSE(parseStun(changed));
    util::writeU16(changed, 22, static_cast<std::uint16_t>(changed.size() - 20));
    CHECK_FALSE(parseStun(changed));
  }
  SECTION("wrong lengths of attributes") {
    for (const std::uint16_t type :
         std::initializer_list<std::uint16_t>{0x0008, 0x0024, 0x0025, 0x8028, 0x8029, 0x802A}) {
      for (const std::size_t size :
           {std::size_t{1}, std::size_t{3}, std::size_t{5}, std::size_t{12}, std::size_t{21}}) {
        test::StunRequest request;
        request.priority.reset();
        request.fingerprint = false;
        request.extra.emplace_back(type, Message(size));
        CHECK_FALSE(parseStun(request.write()));
      }
    }
  }
  SECTION("a user name longer than RFC 8489 allows") {
    auto request = goodRequest();
    request.username = std::string(508, 'u');
    CHECK(parseStun(request.write()));
    request.username += 'u';
    CHECK_FALSE(parseStun(request.write()));
  }
  SECTION("more than a datagram") {
    auto request = goodRequest();
    request.extra.emplace_back(0xC001, Message(1500));
    CHECK_FALSE(parseStun(request.write()));
  }
}

}  // namespace
}  // namespace akbuzat::transport
