#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "akbuzat/util/file_descriptor.hpp"
#include "site_under_test.hpp"
#include "support/test_certificate.hpp"

namespace akbuzat::test {
namespace {

using namespace std::chrono_literals;

const std::string kHealth = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
/// A STUN binding request with a SOFTWARE of four bytes, behind its length.
const std::string kFrame{"\x00\x1C\x00\x01\x00\x08\x21\x12\xA4\x42twelve bytes\x80\x22\x00\x04test", 30};

/// Where the server hands connections to.
class Media {
 public:
  struct Taken {
    util::FileDescriptor fd;
    std::string early;
  };

  [[nodiscard]] http::IceTcpHandler handler() {
    return [this](int fd, std::string early) {
      const std::lock_guard lock(mutex_);
      taken_.push_back({util::FileDescriptor(fd), std::move(early)});
      arrived_.notify_one();
    };
  }
  Taken next() {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_for(lock, 30s, [this] { return !taken_.empty(); }))
      throw std::runtime_error("no connection was handed over");
    Taken first = std::move(taken_.front());
    taken_.erase(taken_.begin());
    return first;
  }
  bool empty() {
    const std::lock_guard lock(mutex_);
    return taken_.empty();
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Taken> taken_;
};

/// A site with media, on a plain port or a TLS port.
struct IceSite {
  TemporaryFolder folder;
  Media media;
  std::optional<SiteUnderTest> site;

  explicit IceSite(bool tls, std::chrono::milliseconds headerTimeout = 10s) {
    makeCertificate(folder.path(), "ice");
    site.emplace(
        [&](config::Config& config) {
          config.http.headerTimeout = headerTimeout;
          config.http.maxConnections = 4;
          if (!tls) return;
          config.tlsCertFile = folder.path() / "cert.pem";
          config.tlsKeyFile = folder.path() / "key.pem";
        },
        std::vector<std::string>{}, media.handler());
  }
  [[nodiscard]] unsigned health(bool tls) const {
    RawClient client(site->port(), {.tls = tls});
    client.send(kHealth);
    return client.read().status;
  }
};

}  // namespace

TEST_CASE("a connection that begins like ICE is handed over with all that came, on plain and TLS ports") {
  for (const bool tls : {false, true}) {
    INFO(tls);
    IceSite ice(tls);
    SECTION("in one piece") {
      RawClient client(ice.site->port());
      client.send(kFrame);
      const Media::Taken taken = ice.media.next();
      CHECK(taken.early == kFrame);
      // It is open, does not block, and is the same connection.
      CHECK((::fcntl(taken.fd.get(), F_GETFL) & O_NONBLOCK) != 0);
      CHECK(::send(taken.fd.get(), "answer", 6, MSG_NOSIGNAL) == 6);
      CHECK(client.readBytes(6) == "answer");
    }
    SECTION("byte by byte") {
      RawClient client(ice.site->port());
      for (const char byte : kFrame) client.send({byte});
      CHECK(ice.media.next().early == kFrame);
    }
    SECTION("with more behind it, of which nothing is lost") {
      RawClient client(ice.site->port());
      std::string many;
      for (int i = 0; i < 100; ++i) many += kFrame;
      client.send(many);
      Media::Taken taken = ice.media.next();
      std::string all = taken.early;
      CHECK(all.size() <= 600);
      client.shutDownWrite();
      ::fcntl(taken.fd.get(), F_SETFL, 0);
      std::vector<char> buffer(many.size());
      for (ssize_t count = 0; (count = ::recv(taken.fd.get(), buffer.data(), buffer.size(), 0)) > 0;)
        all.append(buffer.data(), static_cast<std::size_t>(count));
      CHECK(all == many);
    }
    SECTION("and HTTP goes on as ever") {
      RawClient client(ice.site->port());
      client.send(kFrame);
      ice.media.next();
      CHECK(ice.health(tls) == 200);
    }
  }
}

TEST_CASE("a connection that was handed over is not counted any more") {
  IceSite ice(false);
  std::vector<RawClient> clients;
  std::vector<Media::Taken> taken;
  for (int i = 0; i < 10; ++i) {
    clients.emplace_back(ice.site->port()).send(kFrame);
    taken.push_back(ice.media.next());
  }
  CHECK(ice.health(false) == 200);
  // The server's end leaves them alone.
  ice.site->stop();
  CHECK(::send(taken[9].fd.get(), "still", 5, MSG_NOSIGNAL) == 5);
  CHECK(clients[9].readBytes(5) == "still");
}

TEST_CASE("what only looks like ICE is closed") {
  for (const bool tls : {false, true}) {
    IceSite ice(tls);
    std::string answer = kFrame;
    answer[2] = 1;  // a binding response
    std::string cookie = kFrame;
    cookie[9] = 'x';
    std::string lying = kFrame;
    lying[1] = 0x2C;
    for (const std::string& garbage : {std::string(1000, '\0'), answer, cookie, lying, std::string("\x02\x25", 2)}) {
      RawClient client(ice.site->port());
      client.send(garbage);
      CHECK(client.readToEnd().empty());
    }
    CHECK(ice.media.empty());
    CHECK(ice.health(tls) == 200);
  }
}

TEST_CASE("a first frame that does not come, or not whole, is not waited for") {
  for (const bool tls : {false, true}) {
    IceSite ice(tls, 300ms);
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kFrame.size() - 1}) {
      RawClient client(ice.site->port());
      client.send(kFrame.substr(0, size));
      CHECK(client.atEnd());
    }
    RawClient leaving(ice.site->port());
    leaving.send(kFrame.substr(0, 5));
    leaving.shutDownWrite();
    CHECK(leaving.atEnd());
    CHECK(ice.media.empty());
  }
}

TEST_CASE("a server without media closes what begins like ICE") {
  SiteUnderTest site;
  RawClient client(site.port());
  client.send(kFrame);
  CHECK(client.readToEnd().empty());
  CHECK(site.get("/healthz").status == 200);
}

TEST_CASE("connections that have not begun end with the server") {
  IceSite ice(true);
  RawClient silent(ice.site->port());
  RawClient half(ice.site->port());
  half.send(kFrame.substr(0, 7));
  ice.site->stop();
  CHECK(silent.readToEnd().empty());
  CHECK(half.readToEnd().empty());
}

}  // namespace akbuzat::test
