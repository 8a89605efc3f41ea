#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <openssl/ssl.h>
#include <catch2/catch.hpp>

#include "site_under_test.hpp"
#include "support/client_frame.hpp"
#include "support/server_frame.hpp"
#include "support/test_certificate.hpp"

namespace akbuzat::test {
namespace {

using websocket::Opcode;

const std::string kHealth = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";

struct SecureSite {
  TemporaryFolder folder;
  std::unique_ptr<SiteUnderTest> site;

  SecureSite() {
    makeCertificate(folder.path(), "first");
    std::ofstream(folder.path() / "big.bin") << std::string(3'000'000, 'x');
    site = std::make_unique<SiteUnderTest>([this](config::Config& config) {
      config.tlsCertFile = folder.path() / "cert.pem";
      config.tlsKeyFile = folder.path() / "key.pem";
      config.webRoot = folder.path();
      config.http.headerTimeout = std::chrono::milliseconds(2000);
    });
  }
  [[nodiscard]] RawClient connect(int version = 0) const {
    return RawClient(site->port(), {.tls = true, .tlsVersion = version});
  }
};

TEST_CASE_METHOD(SecureSite, "TLS 1.2 and 1.3 are spoken, older versions are not") {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    RawClient client = connect(version);
    client.send(kHealth + kHealth);
    CHECK(client.read().status == 200);
    CHECK(client.read().status == 200);
  }
  CHECK_THROWS(connect(TLS1_1_VERSION));
}

TEST_CASE_METHOD(SecureSite, "large answers and bodies pass") {
  RawClient client = connect();
  client.send("GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.read().body == std::string(3'000'000, 'x'));
  const std::string body = "x=" + std::string(500'000, 'y') + "&room=r";
  client.send("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\n\r\n" + body);
  CHECK(client.read().headers.at("location") == "/r");
  CHECK(client.atEnd());
}

TEST_CASE_METHOD(SecureSite, "the cookie is for HTTPS and the policy names wss") {
  RawClient client = connect();
  client.send("POST /set-username HTTP/1.1\r\nHost: meet.example\r\nContent-Length: 10\r\n\r\nusername=K");
  const HttpAnswer answer = client.read();
  CHECK(answer.headers.at("set-cookie").ends_with("; Secure"));
  CHECK(answer.headers.at("content-security-policy").ends_with("connect-src 'self' wss://meet.example"));
}

TEST_CASE_METHOD(SecureSite, "a new certificate is for new connections, a bad one for none") {
  RawClient before = connect();
  CHECK(before.certificateName() == "first");
  makeCertificate(folder.path(), "second");
  CHECK_FALSE(site->server().reloadCertificates());
  RawClient after = connect();
  CHECK(after.certificateName() == "second");
  before.send(kHealth);
  CHECK(before.read().status == 200);

  std::ofstream(folder.path() / "cert.pem") << "nonsense";
  const auto problem = site->server().reloadCertificates();
  REQUIRE(problem);
  CHECK(problem->find("TLS_CERT_FILE") != std::string::npos);
  CHECK(connect().certificateName() == "second");
}

TEST_CASE_METHOD(SecureSite, "plain HTTP and silence on the TLS port end") {
  RawClient plain(site->port());
  plain.send(kHealth);
  plain.readToEnd();
  RawClient silent(site->port());
  CHECK(silent.atEnd());
}

TEST_CASE_METHOD(SecureSite, "a WebSocket works over TLS, under load too") {
  RawClient client = connect();
  client.send("POST /set-username HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nusername=K");
  const std::string cookie = client.read().headers.at("set-cookie");
  site->useCookie(cookie.substr(0, cookie.find(';')));
  RawClient socket = site->enterRaw("a", {.tls = true});
  const std::string ping = clientFrame(Opcode::ping, std::string(100, 'p'));
  std::string many;
  for (int i = 0; i < 500; ++i) many += ping;
  socket.send(many);
  // Between whatever the room says.
  int pongs = 0;
  while (pongs < 500) {
    const ServerFrame frame = readFrame(socket);
    REQUIRE(frame.first != 0);
    if (frame.first == 0x8A) {
      REQUIRE(frame.payload == std::string(100, 'p'));
      ++pongs;
    }
  }
}

TEST_CASE("a certificate that cannot be used stops the start") {
  TemporaryFolder folder;
  makeCertificate(folder.path(), "one");
  std::filesystem::rename(folder.path() / "key.pem", folder.path() / "other.pem");
  makeCertificate(folder.path(), "two");
  const auto start = [&folder](const char* certificate, const char* key) {
    SiteUnderTest site([&](config::Config& config) {
      config.tlsCertFile = folder.path() / certificate;
      config.tlsKeyFile = folder.path() / key;
    });
  };
  start("cert.pem", "key.pem");
  CHECK_THROWS_WITH(start("none.pem", "key.pem"), Catch::StartsWith("TLS_CERT_FILE"));
  CHECK_THROWS_WITH(start("cert.pem", "other.pem"), Catch::StartsWith("TLS_KEY_FILE"));
}

}  // namespace
}  // namespace akbuzat::test
