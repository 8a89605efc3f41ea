#include "akbuzat/rtp/sequence.hpp"

#include <random>

#include <catch2/catch.hpp>

namespace akbuzat::rtp {
namespace {

TEST_CASE("later is what is less than half the circle ahead") {
  CHECK(newer(1, 0));
  CHECK_FALSE(newer(0, 1));
  CHECK_FALSE(newer(5, 5));
  CHECK(newer(0, 65535));
  CHECK_FALSE(newer(65535, 0));
  CHECK(newer(0x7FFF, 0));
  CHECK(newer(0x7FFE, 65535));
  CHECK_FALSE(newer(0x8001, 0));
  CHECK(newer32(0, 0xFFFFFFFF));
  CHECK_FALSE(newer32(0xFFFFFFFF, 0));
  CHECK(newer32(0x7FFFFFFF, 0));
  CHECK_FALSE(newer32(0x80000001, 0));
}

TEST_CASE("of two different numbers exactly one is later, also half the circle apart") {
  for (unsigned a = 0; a < 0x10000; a += 251) {
    for (unsigned distance : {1U, 2U, 100U, 0x7FFFU, 0x8000U, 0x8001U, 0xFFFFU}) {
      const auto first = static_cast<std::uint16_t>(a);
      const auto second = static_cast<std::uint16_t>(a + distance);
      REQUIRE(newer(first, second) != newer(second, first));
    }
  }
  CHECK(newer(0x8000, 0));
  CHECK_FALSE(newer(0, 0x8000));
  CHECK(newer(0x9000, 0x1000));
  CHECK(newer32(0x80000000, 0));
  CHECK_FALSE(newer32(0, 0x80000000));
}

TEST_CASE("unwrapped numbers go on over the wrap-around, both ways") {
  SequenceUnwrapper unwrapper;
  CHECK(unwrapper.unwrap(65534) == 65534);
  CHECK(unwrapper.unwrap(65535) == 65535);
  CHECK(unwrapper.unwrap(1) == 65537);
  CHECK(unwrapper.unwrap(0) == 65536);
  CHECK(unwrapper.unwrap(65533) == 65533);
  CHECK(unwrapper.unwrap(0) == 65536);
  CHECK(unwrapper.unwrap(0x7FFF) == 65536 + 0x7FFF);
  CHECK(unwrapper.unwrap(0xFFFE) == 65536 + 0xFFFE);
  CHECK(unwrapper.unwrap(3) == 2 * 65536 + 3);
}

TEST_CASE("numbers before the first become negative and go on from there") {
  SequenceUnwrapper unwrapper;
  CHECK(unwrapper.unwrap(0) == 0);
  CHECK(unwrapper.unwrap(65535) == -1);
  CHECK(unwrapper.unwrap(65534) == -2);
  CHECK(unwrapper.unwrap(65535) == -1);
  CHECK(unwrapper.unwrap(40000) == 40000 - 65536);
  CHECK(unwrapper.unwrap(10000) == 10000 - 65536);
  CHECK(unwrapper.unwrap(50000) == 50000 - 2 * 65536);
}

TEST_CASE("any walk in steps of less than half the circle is recovered") {
  std::mt19937 random(1);
  std::uniform_int_distribution<std::int64_t> step(-0x7FFF, 0x7FFF);
  std::int64_t at = 100;
  SequenceUnwrapper unwrapper;
  REQUIRE(unwrapper.unwrap(100) == 100);
  for (int i = 0; i < 10'000; ++i) {
    at += step(random);
    REQUIRE(unwrapper.unwrap(static_cast<std::uint16_t>(at)) == at);
  }
}

}  // namespace
}  // namespace akbuzat::rtp
