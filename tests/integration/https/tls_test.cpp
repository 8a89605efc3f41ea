#include <cstdlib>
#include <fstream>
#include <vector>

#include "client_under_test.hpp"
#include "silent_listener.hpp"

namespace akbuzat::test {
namespace {

TEST_CASE("a certificate must be valid, of the host, and by somebody trusted") {
  const std::vector<std::pair<Certificate, std::string>> rows{
      {Certificate::right, "200"},
      {Certificate::otherName, shortly(Failure::certificate)},
      {Certificate::expired, shortly(Failure::certificate)},
      {Certificate::unknown, shortly(Failure::certificate)},
  };
  for (const auto& [certificate, expected] : rows) {
    HttpsUpstream upstream(hello, certificate);
    ClientUnderTest client(trusting(upstream));
    for (const std::string host : {"127.0.0.1", "localhost"}) {
      INFO(static_cast<int>(certificate) << " " << host);
      CHECK(shortly(client.get(upstream.url("/", host))) == expected);
    }
    if (certificate == Certificate::right) continue;
    CHECK(upstream.requests().empty());
    // One connection for each name: asking again would not help.
    CHECK(upstream.connections() == 2);
  }
}

TEST_CASE("the handshake names the host, if it has a name") {
  HttpsUpstream upstream(hello);
  ClientUnderTest client(trusting(upstream));
  REQUIRE(shortly(client.get(upstream.url("/", "LOCALHOST"))) == "200");
  REQUIRE(shortly(client.get(upstream.url("/", "127.0.0.1"))) == "200");
  CHECK(upstream.requests()[0].serverName == "localhost");
  CHECK(upstream.requests()[1].serverName.empty());
}

TEST_CASE("the authorities of SSL_CERT_FILE are trusted, and without them nobody is") {
  HttpsUpstream upstream(hello);
  CHECK(shortly(ClientUnderTest().get(upstream.url())) == shortly(Failure::certificate));
  ::setenv("SSL_CERT_FILE", upstream.authorities().c_str(), 1);
  CHECK(shortly(ClientUnderTest().get(upstream.url())) == "200");
  ::unsetenv("SSL_CERT_FILE");
}

TEST_CASE("authorities that cannot be read are refused at once") {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "none.pem") << "nothing of the kind";
  CHECK_THROWS_AS(ClientUnderTest({.extraAuthorities = folder.path() / "none.pem"}), std::runtime_error);
  CHECK_THROWS_AS(ClientUnderTest({.extraAuthorities = folder.path() / "missing.pem"}), std::runtime_error);
}

TEST_CASE("an upstream that speaks no TLS is told from one with a wrong certificate") {
  const SilentListener listener;
  ClientUnderTest client;
  auto future = client.send({.url = "https://127.0.0.1:" + std::to_string(listener.port()) + "/"});
  const std::string answer = "HTTP/1.1 400 Bad Request\r\n\r\n";
  // It is tried twice.
  std::vector<int> accepted;
  for (int i = 0; i < 2; ++i) {
    accepted.push_back(listener.accept());
    ::send(accepted.back(), answer.data(), answer.size(), MSG_NOSIGNAL);
  }
  CHECK(shortly(ClientUnderTest::wait(std::move(future))) == shortly(Failure::tls));
  for (const int fd : accepted) ::close(fd);
}

}  // namespace
}  // namespace akbuzat::test
