#include "https/response_reader.hpp"

#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace akbuzat::https {
namespace {

namespace beast = boost::beast;

/// More interim responses than these to one request are no progress.
constexpr unsigned kMaxInterim = 8;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

Failure failureOf(const beast::error_code& error) {
  if (error == beast::http::error::header_limit || error == beast::http::error::body_limit ||
      error == beast::http::error::buffer_overflow)
    return Failure::tooLarge;
  if (error == beast::http::error::partial_message || error == beast::http::error::end_of_stream) return Failure::cut;
  return Failure::malformed;
}

}  // namespace

struct ResponseReader::Parser {
  beast::http::response_parser<beast::http::string_body> beast;
};

ResponseReader::ResponseReader(std::size_t maxHeaderBytes, std::size_t maxBodyBytes, bool toHead)
    : maxHeaderBytes_(maxHeaderBytes), maxBodyBytes_(maxBodyBytes), toHead_(toHead) {
  restart();
}

ResponseReader::~ResponseReader() = default;

void ResponseReader::restart() {
  parser_ = std::make_unique<Parser>();
  parser_->beast.header_limit(static_cast<std::uint32_t>(maxHeaderBytes_));
  parser_->beast.body_limit(maxBodyBytes_);
  parser_->beast.skip(toHead_);
  parser_->beast.eager(true);
}

void ResponseReader::put(std::string_view bytes) {
  if (done()) {
    keepsAlive_ = false;
    return;
  }
  pending_.append(bytes);
  // Once, but for interim responses.
  while (!done() && !pending_.empty() && step()) {
  }
}

bool ResponseReader::step() {
  beast::error_code error;
  const std::size_t taken = parser_->beast.put(boost::asio::const_buffer{pending_.data(), pending_.size()}, error);
  pending_.erase(0, taken);
  if (error == beast::http::error::need_more) {
    // Beast limits the header, but neither the line before a chunk nor the trailer.
    if (pending_.size() > maxHeaderBytes_) outcome_ = Failure::tooLarge;
    return false;
  }
  if (error) {
    outcome_ = failureOf(error);
    return false;
  }
  if (!parser_->beast.is_done()) return false;
  finish();
  return true;
}

void ResponseReader::finish() {
  auto& message = parser_->beast.get();
  const unsigned status = message.result_int();
  const bool coded = message.find(beast::http::field::transfer_encoding) != message.end() && !parser_->beast.chunked();
  // 101 answers an Upgrade, which is never asked for. A body that is coded otherwise than in chunks is one we cannot
  // read (RFC 9112 section 6.1).
  if (status == 101 || coded) {
    outcome_ = Failure::malformed;
    return;
  }
  if (status < 200) {
    if (++interim_ > kMaxInterim) {
      outcome_ = Failure::malformed;
    } else {
      restart();
    }
    return;
  }
  Response response;
  response.status = status;
  for (const auto& field : message)
    response.headers.emplace_back(std::string{view(field.name_string())}, std::string{view(field.value())});
  response.body = std::move(message.body());
  keepsAlive_ = parser_->beast.keep_alive() && pending_.empty();
  outcome_ = std::move(response);
}

void ResponseReader::putEnd() {
  if (done()) return;
  beast::error_code error;
  const bool readable = pending_.empty() && parser_->beast.got_some();
  if (readable) parser_->beast.put_eof(error);
  if (readable && !error && parser_->beast.is_done()) {
    finish();
    keepsAlive_ = false;
  }
  if (!done()) outcome_ = Failure::cut;
}

}  // namespace akbuzat::https
