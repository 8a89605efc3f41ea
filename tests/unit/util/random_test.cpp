#include <algorithm>
#include <cctype>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "akbuzat/util/random.hpp"

using namespace akbuzat::util;

TEST_CASE("a UUID has the form of version 4") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string uuid = randomUuid();
    REQUIRE(uuid.size() == 36);
    for (const std::size_t dash : {8U, 13U, 18U, 23U}) REQUIRE(uuid[dash] == '-');
    REQUIRE(uuid[14] == '4');
    REQUIRE(std::string{"89ab"}.find(uuid[19]) != std::string::npos);
    REQUIRE(std::all_of(uuid.begin(), uuid.end(), [](char c) {
      return c == '-' || (std::isxdigit(static_cast<unsigned char>(c)) != 0 && c < 'g');
    }));
    seen.insert(uuid);
  }
  CHECK(seen.size() == 1000);
}

TEST_CASE("a token has the asked length and the whole alphabet") {
  std::set<char> letters;
  for (int i = 0; i < 1000; ++i) {
    const std::string token = randomToken(8);
    REQUIRE(token.size() == 8);
    letters.insert(token.begin(), token.end());
  }
  CHECK(letters.size() == 64);
}
