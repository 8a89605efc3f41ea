// The part of a connection that speaks HTTP.

#include <exception>
#include <utility>

#include "akbuzat/util/log.hpp"
#include "http/connection.hpp"
#include "http/media_refusal.hpp"
#include "http/shard_server.hpp"

namespace akbuzat::http {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

/// Goes on with requests and answers until input, the socket or a handler must be waited for. Never nested: an answer
/// that a handler gives at once is written by the loop that called the handler.
void Connection::runHttp() {
  if (runningHttp_) return;
  runningHttp_ = true;
  while (state_ == State::http && stepHttp()) {
  }
  runningHttp_ = false;
  if (state_ != State::http) return;
  input_.erase(0, inputTaken_);
  inputTaken_ = 0;
  if (input_.empty()) std::string{}.swap(input_);
  readOn();
}

/// False if there is something to wait for.
bool Connection::stepHttp() {
  if (exchange_) {
    switch (exchange_->phase()) {
      case HttpExchange::Phase::reading: return readRequest();
      case HttpExchange::Phase::answering: return false;
      case HttpExchange::Phase::writing: return writeAnswer();
    }
  }
  // Empty lines before a request are let pass (RFC 9112 section 2.2).
  while (inputTaken_ < input_.size() && (input_[inputTaken_] == '\r' || input_[inputTaken_] == '\n')) ++inputTaken_;
  if (inputTaken_ == input_.size()) return false;
  exchange_ = std::make_unique<HttpExchange>(shard_->site().config.http, ++serial_);
  deadline_ = Clock::now() + shard_->site().config.http.headerTimeout;
  return true;
}

bool Connection::readRequest() {
  RequestReader& reader = exchange_->reader;
  const bool headerWasDone = reader.headerDone();
  inputTaken_ += reader.put(std::string_view{input_}.substr(inputTaken_));
  switch (reader.status()) {
    case RequestReader::Status::needMore:
      if (reader.headerDone() && !headerWasDone) {
        deadline_ = Clock::now() + shard_->site().config.http.bodyTimeout;
        continueRequest();
      }
      return false;
    case RequestReader::Status::done: handleRequest(); break;
    case RequestReader::Status::malformed: failRequest(400, "The request is not well-formed HTTP/1.1."); break;
    case RequestReader::Status::unsupportedVersion:
      failRequest(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
      break;
    case RequestReader::Status::headerTooLarge: failRequest(431, "The request's header is too large."); break;
    case RequestReader::Status::bodyTooLarge: failRequest(413, "The request's body is too large."); break;
  }
  return state_ == State::http;
}

void Connection::continueRequest() {
  if (!exchange_->reader.expectsContinue()) return;
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  const iovec part{const_cast<char*>(kContinue.data()), kContinue.size()};
  const IoResult result = transport_.write({&part, 1});
  // The socket's buffer is empty unless the client reads no answers; such a client is not worth more code.
  if (result.status != IoStatus::done || result.bytes != kContinue.size()) close();
}

void Connection::handleRequest() {
  Site& site = shard_->site();
  const std::uint64_t serial = exchange_->serial();
  deadline_ = TimePoint::max();
  auto taken = exchange_->takeRequest(site, peer_);
  if (auto* instead = std::get_if<Response>(&taken)) return acceptAnswer(serial, std::move(*instead));
  Request& request = std::get<Request>(taken);
  if (!site.limiter.takeRequest(request.client, Clock::now())) {
    constexpr std::string_view kWhy = "Too many requests came from this address.";
    Response response = isMediaCall(request)
                            ? refuseMediaCall(request, 429, {realtime::ErrorCode::tooManyRequests, std::string{kWhy}})
                            : jsonError(429, "too_many_requests", kWhy);
    response.add("Retry-After", "1");
    return acceptAnswer(serial, std::move(response));
  }
  try {
    site.handle(request, Responder(weak_from_this(), serial));
  } catch (const std::exception& failure) {
    // The responder has answered 500 by being dropped.
    util::log().error("A request failed: {}", failure.what());
  }
}

void Connection::answer(std::uint64_t serial, Response response) {
  if (shard_->runsHere()) return acceptAnswer(serial, std::move(response));
  shard_->post([self = weak_from_this(), serial, response = std::move(response)]() mutable {
    if (const auto alive = self.lock()) alive->acceptAnswer(serial, std::move(response));
  });
}

void Connection::acceptAnswer(std::uint64_t serial, Response response) {
  if (state_ != State::http || !exchange_ || exchange_->serial() != serial ||
      exchange_->phase() != HttpExchange::Phase::answering)
    return;
  guard([this, &response] {
    exchange_->setAnswer(std::move(response), shard_->site(), shard_->date());
    deadline_ = Clock::now() + shard_->site().config.http.idleTimeout;
    runHttp();
  });
}

/// Answers a request that did not come whole, or could not be understood, and ends. In text, because its path is not
/// known: to the web client's media library any JSON could be a session (kMediaSessionsPath).
void Connection::failRequest(unsigned status, std::string_view message) {
  exchange_->setAnswer(textResponse(status, message), shard_->site(), shard_->date());
  deadline_ = Clock::now() + shard_->site().config.http.idleTimeout;
}

bool Connection::writeAnswer() {
  const IoResult result = transport_.write(exchange_->unsent());
  if (result.status == IoStatus::wouldBlock) {
    waitForWrite(true);
    return false;
  }
  if (result.status != IoStatus::done) {
    close();
    return false;
  }
  deadline_ = Clock::now() + shard_->site().config.http.idleTimeout;
  if (!exchange_->sent(result.bytes)) return true;
  waitForWrite(false);
  if (auto upgrade = exchange_->takeUpgrade()) {
    becomeWebSocket(std::move(upgrade));
    return false;
  }
  if (exchange_->closesAfter()) {
    linger();
    return false;
  }
  exchange_.reset();
  return true;
}

void Connection::refuse(Response response) {
  state_ = State::http;
  exchange_ = std::make_unique<HttpExchange>(shard_->site().config.http, ++serial_);
  exchange_->setAnswer(std::move(response), shard_->site(), shard_->date());
  runHttp();
}

}  // namespace akbuzat::http
