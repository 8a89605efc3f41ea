#include "akbuzat/util/json_depth.hpp"

#include <string>

#include <catch2/catch.hpp>

using akbuzat::util::nestsDeeperThan;

TEST_CASE("brackets of both kinds are counted while they are open") {
  CHECK_FALSE(nestsDeeperThan("", 0));
  CHECK_FALSE(nestsDeeperThan("1", 0));
  CHECK(nestsDeeperThan("[]", 0));
  CHECK_FALSE(nestsDeeperThan(R"([{},{},[]])", 2));
  CHECK(nestsDeeperThan(R"([{"a":[]}])", 2));
  CHECK_FALSE(nestsDeeperThan(R"([{"a":[]}])", 3));
  const std::string deep(100'000, '[');
  CHECK(nestsDeeperThan(deep, 99'999));
  CHECK_FALSE(nestsDeeperThan(deep, 100'000));
}

TEST_CASE("brackets in strings do not count, whatever stands before a quotation mark") {
  CHECK_FALSE(nestsDeeperThan(R"({"[[[":"{{{"})", 1));
  CHECK_FALSE(nestsDeeperThan(R"({"a\"[[[":1})", 1));
  CHECK(nestsDeeperThan(R"({"a\\":[]})", 1));
  CHECK_FALSE(nestsDeeperThan(R"(["unended [[[)", 1));
  CHECK_FALSE(nestsDeeperThan("\"\\", 0));
}
