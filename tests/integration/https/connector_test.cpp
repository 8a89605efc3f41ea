#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>

#include "https/connector.hpp"
#include "silent_listener.hpp"

namespace akbuzat::test {
namespace {

using boost::asio::ip::tcp;

tcp::endpoint at(const SilentListener& listener) { return {boost::asio::ip::address_v4::loopback(), listener.port()}; }

/// The port of the address that took the connection; 0 if none did.
std::uint16_t connect(std::vector<tcp::endpoint> endpoints) {
  boost::asio::io_context io;
  const auto connector = std::make_shared<https::Connector>(io.get_executor());
  std::uint16_t port = 0;
  int calls = 0;
  connector->start(std::move(endpoints), [&](std::optional<tcp::socket> socket) {
    ++calls;
    if (socket) port = socket->remote_endpoint().port();
  });
  io.run();
  CHECK(calls == 1);
  return port;
}

TEST_CASE("an address that nobody answers at does not keep the next from being tried") {
  SilentListener full(0);
  full.fill();
  SilentListener nobody;
  nobody.close();
  const SilentListener first;
  const SilentListener second;
  CHECK(connect({at(full), at(first)}) == first.port());
  CHECK(connect({at(nobody), at(full), at(nobody), at(second)}) == second.port());
  CHECK(connect({at(first), at(second)}) == first.port());
}

TEST_CASE("if none takes the connection there is none") {
  SilentListener nobody;
  nobody.close();
  CHECK(connect({at(nobody), at(nobody)}) == 0);
  CHECK(connect({}) == 0);
}

TEST_CASE("a cancelled try calls nobody") {
  const SilentListener listener;
  boost::asio::io_context io;
  bool called = false;
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    const auto connector = std::make_shared<https::Connector>(io.get_executor());
    connector->start(host, listener.port(), [&](const std::optional<tcp::socket>&) { called = true; });
    connector->cancel();
  }
  io.run();
  CHECK_FALSE(called);
}

}  // namespace
}  // namespace akbuzat::test
