#include <vector>

#include <catch2/catch.hpp>

#include "akbuzat/transport/peer_transport.hpp"

namespace akbuzat::transport {
namespace {

DatagramKind kindOf(int first, int second) {
  const std::vector<std::uint8_t> bytes{static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(second)};
  return classify(bytes);
}

TEST_CASE("the first byte tells protocols apart") {
  for (int first = 0; first < 256; ++first) {
    const auto expected = first <= 3                     ? DatagramKind::stun
                          : first >= 20 && first <= 63   ? DatagramKind::dtls
                          : first >= 128 && first <= 191 ? DatagramKind::rtp
                                                         : DatagramKind::unknown;
    CHECK(kindOf(first, 96) == expected);
  }
}

TEST_CASE("the second byte tells RTCP from RTP") {
  for (int second = 0; second < 256; ++second) {
    CHECK(kindOf(0x80, second) == (second >= 192 && second <= 223 ? DatagramKind::rtcp : DatagramKind::rtp));
  }
}

TEST_CASE("what has no two bytes is nothing") {
  const std::vector<std::uint8_t> one{0x80};
  CHECK(classify({}) == DatagramKind::unknown);
  CHECK(classify(one) == DatagramKind::unknown);
}

TEST_CASE("credentials have the form that RFC 8839 asks for and name their shard") {
  for (const std::size_t shard : {0U, 1U, 15U, 16U, 200U, 255U}) {
    const auto credentials = makeIceCredentials(shard);
    CHECK(credentials.ufrag.size() == 16);
    CHECK(credentials.password.size() == 24);
    constexpr auto kIceChars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    CHECK(credentials.ufrag.find_first_not_of(kIceChars) == std::string::npos);
    CHECK(credentials.password.find_first_not_of(kIceChars) == std::string::npos);
    CHECK(shardOf(credentials.ufrag) == shard);
  }
  CHECK(makeIceCredentials(1) != makeIceCredentials(1));
}

TEST_CASE("a ufrag of another form names no shard") {
  CHECK_FALSE(shardOf(""));
  CHECK_FALSE(shardOf("00"));
  CHECK_FALSE(shardOf("0gabcdefghijklmn"));
  CHECK_FALSE(shardOf("AAabcdefghijklmn"));
  CHECK_FALSE(shardOf("+1abcdefghijklmn"));
  CHECK_FALSE(shardOf("00abcdefghijklmno"));
}

}  // namespace
}  // namespace akbuzat::transport
