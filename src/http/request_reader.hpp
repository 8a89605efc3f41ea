#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "http/request.hpp"

namespace akbuzat::http {

/// What stood in one request, before anything is made of it.
struct RawRequest {
  std::string method;
  std::string target;
  Headers headers;
  std::string body;
};

/// Reads one HTTP/1.x request (RFC 9112) from bytes as they come, with Beast's parser behind it. Does no I/O; holds at
/// most the body, within its limit.
class RequestReader {
 public:
  enum class Status { needMore, done, malformed, unsupportedVersion, headerTooLarge, bodyTooLarge };

  RequestReader(std::size_t maxHeaderBytes, std::size_t maxBodyBytes);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  /// Returns how many of `bytes` it has taken. While the header is incomplete it takes none: the caller keeps them and
  /// offers them again with what came after. Bytes behind the request's end are left.
  std::size_t put(std::string_view bytes);

  [[nodiscard]] Status status() const noexcept { return status_; }
  [[nodiscard]] bool headerDone() const noexcept { return headerDone_; }
  /// The client waits for "100 Continue" before it sends the body (RFC 9110 section 10.1.1).
  [[nodiscard]] bool expectsContinue() const noexcept { return expectsContinue_; }
  [[nodiscard]] bool keepAlive() const;
  [[nodiscard]] bool isHead() const;
  /// Once, after `done`. Fields of a chunked body's trailer are not among the headers.
  RawRequest take();

 private:
  struct Impl;
  void takeHeader();

  std::unique_ptr<Impl> impl_;
  Status status_ = Status::needMore;
  bool headerDone_ = false;
  bool expectsContinue_ = false;
};

}  // namespace akbuzat::http
