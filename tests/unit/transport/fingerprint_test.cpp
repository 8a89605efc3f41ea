#include "transport/fingerprint.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include <openssl/evp.h>
#include <catch2/catch.hpp>

#include "support/media_peer_dtls.hpp"

namespace akbuzat::transport {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

TEST_CASE("each digest of RFC 8122 that is fit for use is compared, in any case") {
  const test::PeerCertificate peer;
  const test::PeerCertificate stranger;
  const std::array<std::pair<std::string, const EVP_MD*>, 4> digests{
      {{"sha-1", EVP_sha1()}, {"sha-256", EVP_sha256()}, {"sha-384", EVP_sha384()}, {"sha-512", EVP_sha512()}}};
  for (const auto& [name, digest] : digests) {
    CAPTURE(name);
    const auto value = fingerprintOf(*peer.certificate, digest);
    CHECK(value.size() == static_cast<std::size_t>(EVP_MD_get_size(digest)) * 3 - 1);
    CHECK(matchesAny(*peer.certificate, {{name, value}}));
    CHECK(matchesAny(*peer.certificate, {{name, lower(value)}}));
    CHECK(matchesAny(*peer.certificate, {{name, "00"}, {"sha-0", value}, {name, value}}));
    CHECK_FALSE(matchesAny(*stranger.certificate, {{name, value}}));
    CHECK_FALSE(matchesAny(*peer.certificate, {{name, value.substr(3)}}));
  }
  // By a second implementation.
  CHECK(fingerprintOf(*peer.certificate, EVP_sha256()) == peer.fingerprint());
  CHECK_FALSE(matchesAny(*peer.certificate, {}));
}

TEST_CASE("the server's own fingerprint has the form of SDP, and every certificate is another") {
  const Certificate one;
  const Certificate two;
  CHECK(one.fingerprint().size() == 95);
  CHECK(std::count(one.fingerprint().begin(), one.fingerprint().end(), ':') == 31);
  CHECK(one.fingerprint() != two.fingerprint());
}

}  // namespace
}  // namespace akbuzat::transport
