#include "akbuzat/rtp/transport_feedback.hpp"

#include <algorithm>
#include <vector>

#include <catch2/catch.hpp>

#include "unit/rtp/hex.hpp"

namespace akbuzat::rtp {
namespace {

using test::hex;

struct Status {
  std::uint16_t sequence = 0;
  bool received = false;
  std::int64_t arrival = 0;

  friend bool operator==(const Status&, const Status&) = default;
};

std::ostream& operator<<(std::ostream& out, const Status& status) {
  return out << status.sequence << (status.received ? " at " : " lost ") << status.arrival;
}

std::vector<Status> read(const std::vector<std::uint8_t>& content) {
  const auto feedback = TransportFeedback::parse(content);
  REQUIRE(feedback);
  std::vector<Status> statuses;
  feedback->forEach([&](std::uint16_t sequence, bool received, std::int64_t arrival) {
    statuses.push_back({sequence, received, arrival});
  });
  REQUIRE(statuses.size() == feedback->packetCount());
  return statuses;
}

bool parses(std::string_view content) { return TransportFeedback::parse(hex(content)).has_value(); }

TEST_CASE("a run-length chunk: 221 packets that did not come") {
  const auto statuses = read(hex("0010 00dd 000001 00  00dd"));
  CHECK(statuses.size() == 221);
  CHECK(std::none_of(statuses.begin(), statuses.end(), [](const Status& status) { return status.received; }));
  CHECK(statuses.back().sequence == 0x10 + 220);
}

TEST_CASE("a run-length chunk of 24 small deltas, added up in 250 us") {
  const auto statuses = read(hex("0000 0018 000002 07  2018 000102030405060708090a0b0c0d0e0f1011121314151617"));
  CHECK(statuses[0] == Status{0, true, 128'000});
  CHECK(statuses[1] == Status{1, true, 128'250});
  CHECK(statuses[2] == Status{2, true, 128'750});
  CHECK(statuses[23] == Status{23, true, 128'000 + 250 * 276});
}

TEST_CASE("a vector of one-bit symbols, most significant first") {
  // 10 for the kind of chunk, then 1 0 0 1 1 1 1 1 0 0 0 1 1 1.
  const auto statuses = read(hex("fffe 000e 000000 00  a7c7 010101010101010101"));
  const std::vector<bool> expected{true, false, false, true,  true, true, true,
                                   true, false, false, false, true, true, true};
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(statuses[i].received == expected[i]);
  CHECK(statuses[2].sequence == 0);  // wrapped
  CHECK(statuses[13].arrival == 9 * 250);
}

TEST_CASE("a vector of two-bit symbols with a delta backwards") {
  // no, small, small, large, no, large, small; three packets are behind the end.
  const auto statuses = read(hex("0001 0006 000001 00  c589  04 00 fffe 7fff"));
  CHECK(statuses == std::vector<Status>{{1, false, 0},
                                        {2, true, 65'000},
                                        {3, true, 65'000},
                                        {4, true, 64'500},
                                        {5, false, 0},
                                        {6, true, 64'500 + 250 * 32'767}});
}

TEST_CASE("the reference time is signed") {
  CHECK(TransportFeedback::parse(hex("0000 0001 ffffff 00 2001 00"))->referenceTime() == -1);
  CHECK(TransportFeedback::parse(hex("0000 0001 800000 00 2001 00"))->referenceTime() == -0x800000);
  CHECK(TransportFeedback::parse(hex("0000 0001 7fffff 00 2001 00"))->referenceTime() == 0x7fffff);
  CHECK(read(hex("0000 0001 ffffff 00 2001 01"))[0].arrival == -64'000 + 250);
}

TEST_CASE("a chunk may promise more than the count, and padding may follow") {
  CHECK(read(hex("0000 0002 000000 00  3fff 0101 000000")).size() == 2);
  CHECK(read(hex("0000 0001 000000 00  2000 2001 05")).size() == 1);  // an empty run is of no use, but harmless
}

TEST_CASE("what does not fit is refused") {
  CHECK_FALSE(parses(""));
  CHECK_FALSE(parses("0000 0001 000000"));
  CHECK_FALSE(parses("0000 0001 000000 00"));
  CHECK_FALSE(parses("0000 0000 000000 00 0000"));  // about nothing
  CHECK_FALSE(parses("0000 0002 000000 00 2002 01"));
  CHECK_FALSE(parses("0000 0002 000000 00 4002 000100"));
  CHECK_FALSE(parses("0000 0010 000000 00 a000"));
  CHECK_FALSE(parses("0000 ffff 000000 00 1fff 1fff 1fff 1fff 1fff 1fff 1fff 1fff"));
  CHECK(parses("0000 ffff 000000 00 1fff 1fff 1fff 1fff 1fff 1fff 1fff 1fff 1fff"));
  // The reserved symbol.
  CHECK_FALSE(parses("0000 0001 000000 00 6001 0000"));
  CHECK_FALSE(parses("0000 0001 000000 00 f000 0000"));
}

}  // namespace
}  // namespace akbuzat::rtp
