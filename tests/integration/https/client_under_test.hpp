#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "akbuzat/https/client.hpp"
#include "akbuzat/util/log.hpp"
#include "support/https_upstream.hpp"

namespace akbuzat::test {

using namespace std::chrono_literals;
using https::Failure;
using https::Outcome;
using https::Request;
using https::Response;
using Certificate = HttpsUpstream::Certificate;
using Manner = UpstreamAnswer::Manner;

/// A client on a thread of its own.
class ClientUnderTest {
 public:
  explicit ClientUnderTest(https::ClientOptions options = {}) {
    util::log().set_level(spdlog::level::off);
    client_ = std::make_unique<https::Client>(io_.get_executor(), std::move(options));
    thread_ = std::thread([this] { io_.run(); });
  }
  ~ClientUnderTest() {
    client_.reset();
    guard_.reset();
    thread_.join();
  }
  ClientUnderTest(const ClientUnderTest&) = delete;
  ClientUnderTest& operator=(const ClientUnderTest&) = delete;

  [[nodiscard]] https::Client& client() { return *client_; }

  std::future<Outcome> send(Request request) {
    auto promise = std::make_shared<std::promise<Outcome>>();
    auto future = promise->get_future();
    client_->send(std::move(request), [promise](Outcome outcome) { promise->set_value(std::move(outcome)); });
    return future;
  }
  Outcome ask(Request request) { return wait(send(std::move(request))); }
  Outcome get(const std::string& url) { return ask(Request{.url = url}); }
  Outcome post(const std::string& url, const std::string& body = "{}") {
    return ask(Request{.method = "POST", .url = url, .body = body});
  }

  static Outcome wait(std::future<Outcome> future) {
    if (future.wait_for(30s) != std::future_status::ready) throw std::runtime_error("no outcome");
    return future.get();
  }

 private:
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{io_.get_executor()};
  std::unique_ptr<https::Client> client_;
  std::thread thread_;
};

/// The status, or what went wrong, as text: for assertions that say what was there instead.
inline std::string shortly(const Outcome& outcome) {
  if (const auto* response = std::get_if<Response>(&outcome)) return std::to_string(response->status);
  return std::string{https::describe(std::get<Failure>(outcome))};
}
inline std::string shortly(Failure failure) { return std::string{https::describe(failure)}; }

inline https::ClientOptions trusting(const HttpsUpstream& upstream, https::ClientOptions options = {}) {
  options.extraAuthorities = upstream.authorities();
  return options;
}

inline UpstreamAnswer hello(const UpstreamRequest&) { return {.body = "hello"}; }

}  // namespace akbuzat::test
