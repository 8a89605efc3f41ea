#include "http/ice_tcp.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace akbuzat::http {
namespace {

/// A frame with a binding request of `attributes` bytes behind its header.
std::string request(std::size_t attributes) {
  const auto number = [](std::size_t value) {
    return std::string{static_cast<char>(value >> 8U), static_cast<char>(value)};
  };
  return number(20 + attributes) + std::string("\x00\x01", 2) + number(attributes) + "\x21\x12\xA4\x42" +
         "transaction." + std::string(attributes, 'a');
}

}  // namespace

TEST_CASE("a binding request in its frame is known by its last byte, not sooner") {
  for (const std::size_t attributes : {std::size_t{0}, std::size_t{100}, std::size_t{528}}) {
    const std::string whole = request(attributes);
    for (std::size_t size = 0; size < whole.size(); ++size)
      REQUIRE(judgeIceTcp(whole.substr(0, size)) == IceTcpStart::needMore);
    CHECK(judgeIceTcp(whole) == IceTcpStart::complete);
    CHECK(judgeIceTcp(whole + whole) == IceTcpStart::complete);
    CHECK(judgeIceTcp(whole + "anything") == IceTcpStart::complete);
    CHECK(mayBeIceTcp(whole[0]));
  }
}

TEST_CASE("what cannot become a binding request is known by the byte that tells") {
  const std::string good = request(100);
  struct Row {
    std::size_t at;
    char byte;
    /// So many bytes are needed to tell.
    std::size_t size;
  };
  for (const Row& row : {Row{0, 'G', 1}, Row{0, 0x16, 1}, Row{0, 3, 1}, Row{0, '\xff', 1}, Row{0, 2, 2}, Row{1, 19, 2},
                         Row{1, 0, 2}, Row{2, 1, 3}, Row{3, 2, 4}, Row{3, 0, 4}, Row{4, 1, 6}, Row{5, 99, 6},
                         Row{6, 0, 7}, Row{7, 0, 8}, Row{8, 0, 9}, Row{9, 0, 10}}) {
    INFO(row.at << ": " << static_cast<int>(row.byte));
    std::string bad = good;
    bad[row.at] = row.byte;
    CHECK(judgeIceTcp(bad) == IceTcpStart::no);
    CHECK(judgeIceTcp(bad.substr(0, row.size)) == IceTcpStart::no);
    if (row.size > 1) CHECK(judgeIceTcp(bad.substr(0, row.size - 1)) == IceTcpStart::needMore);
  }
  CHECK(judgeIceTcp(request(532)) == IceTcpStart::no);
  CHECK(judgeIceTcp("") == IceTcpStart::needMore);
}

TEST_CASE("HTTP and TLS begin otherwise") {
  for (const char first : {'G', 'P', 'z', '\r', '\n', '\x16'}) CHECK_FALSE(mayBeIceTcp(first));
}

}  // namespace akbuzat::http
