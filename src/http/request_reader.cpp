#include "http/request_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "akbuzat/util/text.hpp"

namespace akbuzat::http {
namespace {

namespace beast = boost::beast;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

RequestReader::Status statusOf(const beast::error_code& error) {
  if (error == beast::http::error::header_limit) return RequestReader::Status::headerTooLarge;
  if (error == beast::http::error::body_limit) return RequestReader::Status::bodyTooLarge;
  if (error == beast::http::error::bad_version) return RequestReader::Status::unsupportedVersion;
  return RequestReader::Status::malformed;
}

}  // namespace

struct RequestReader::Impl {
  beast::http::request_parser<beast::http::string_body> parser;
  RawRequest raw;
};

RequestReader::RequestReader(std::size_t maxHeaderBytes, std::size_t maxBodyBytes) : impl_(std::make_unique<Impl>()) {
  impl_->parser.header_limit(static_cast<std::uint32_t>(maxHeaderBytes));
  impl_->parser.body_limit(maxBodyBytes);
}

RequestReader::~RequestReader() = default;

std::size_t RequestReader::put(std::string_view bytes) {
  auto& parser = impl_->parser;
  std::size_t taken = 0;
  while (status_ == Status::needMore) {
    beast::error_code error;
    // One element a call: the header is complete, and read, before any of the body is.
    const std::size_t count = parser.put(boost::asio::const_buffer{bytes.data() + taken, bytes.size() - taken}, error);
    taken += count;
    if (error == beast::http::error::need_more) return taken;
    if (error) {
      status_ = statusOf(error);
      return taken;
    }
    if (!headerDone_ && parser.is_header_done()) takeHeader();
    if (status_ == Status::needMore && parser.is_done()) {
      impl_->raw.body = std::move(parser.get().body());
      status_ = Status::done;
    } else if (taken == bytes.size()) {
      return taken;
    }
  }
  return taken;
}

/// Copies what handlers need and refuses what Beast lets through.
void RequestReader::takeHeader() {
  headerDone_ = true;
  const auto& message = impl_->parser.get();
  RawRequest& raw = impl_->raw;
  raw.method = view(message.method_string());
  raw.target = view(message.target());
  for (const auto& field : message) raw.headers.add(view(field.name_string()), view(field.value()));
  if (raw.headers.has("Transfer-Encoding") && !impl_->parser.chunked()) {
    // Where such a body ends cannot be known (RFC 9112 section 6.3).
    status_ = Status::malformed;
  } else if (raw.headers.all("Host").size() > 1 || (message.version() == 11 && !raw.headers.has("Host"))) {
    status_ = Status::malformed;
  }
  expectsContinue_ =
      message.version() == 11 && util::equalIgnoringCase(util::trim(raw.headers.get("Expect")), "100-continue");
}

bool RequestReader::keepAlive() const { return impl_->parser.keep_alive(); }

bool RequestReader::isHead() const { return impl_->raw.method == "HEAD"; }

RawRequest RequestReader::take() { return std::move(impl_->raw); }

}  // namespace akbuzat::http
