#include "sfu/remote_candidates.hpp"

#include <catch2/catch.hpp>

#include "unit/sfu/socket_peer.hpp"

namespace akbuzat::sfu {
namespace {

using Texts = std::vector<std::string>;
using test::endpoint;

std::string host(const std::string& address, const std::string& port = "3478", const std::string& priority = "100") {
  return "candidate:1 1 udp " + priority + " " + address + " " + port + " typ host";
}

/// Whether a server that is announced at `own` sends to the address.
bool taken(const std::string& address, const Texts& own = {"192.0.2.1", "2001:db8::1"}) {
  return !reachableCandidates({host(address)}, own).empty();
}

}  // namespace

TEST_CASE("UDP candidates are taken, best first, each once") {
  const Texts lines{"candidate:3 1 UDP 50 198.51.100.7 3478 typ host generation 0 ufrag x",
                    "candidate:1 1 udp 2130706431 2001:db8::7 3478 typ host",
                    "candidate:2 1 udp 70 203.0.113.9 40000 typ srflx raddr 10.0.0.1 rport 9",
                    "candidate:4 1 udp 40 198.51.100.7 3478 typ host"};
  CHECK(reachableCandidates(lines, {}) ==
        std::vector{endpoint("2001:db8::7", 3478), endpoint("203.0.113.9", 40000), endpoint("198.51.100.7", 3478)});
}

TEST_CASE("candidates that cannot be sent to are passed over") {
  for (const char* line :
       {"candidate:1 1 tcp 100 198.51.100.7 443 typ host tcptype passive",
        "candidate:1 2 udp 100 198.51.100.7 1 typ host", "candidate:1 1 udp 100 0a1b2c3d.local 3478 typ host",
        "candidate:1 1 udp 100 198.51.100.7 0 typ host", "candidate:1 1 udp 100 198.51.100.7 65536 typ host",
        "candidate:1 1 udp x 198.51.100.7 3478 typ host", "candidate:1 1 udp 100 198.51.100.7",
        "candidate:1 1 udp 100 198.51.100.7:1 3478 typ host", "candidate:", ""}) {
    CAPTURE(line);
    CHECK(reachableCandidates({line}, {}).empty());
  }
}

TEST_CASE("nobody can have this server send to itself or into nowhere") {
  CHECK(taken("198.51.100.7"));
  CHECK(taken("10.1.2.3"));
  CHECK(taken("fd00::1"));
  for (const char* address :
       {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "169.254.169.254", "fe80::1", "0.0.0.0", "::", "224.0.0.1",
        "239.255.255.250", "255.255.255.255", "240.0.0.1", "ff02::1", "::ffff:169.254.169.254"}) {
    CAPTURE(address);
    CHECK_FALSE(taken(address));
  }
}

TEST_CASE("a server that is only on loopback, or on a link, finds its neighbours there") {
  CHECK(taken("127.0.0.1", {"127.0.0.1"}));
  CHECK(taken("::1", {"127.0.0.1"}));
  CHECK_FALSE(taken("169.254.1.1", {"127.0.0.1"}));
  CHECK(taken("169.254.1.1", {"169.254.7.7"}));
  CHECK_FALSE(taken("127.0.0.1", {"169.254.7.7"}));
  CHECK_FALSE(taken("224.0.0.1", {"224.0.0.1"}));
}

}  // namespace akbuzat::sfu
