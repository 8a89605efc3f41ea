#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "akbuzat/https/client.hpp"

namespace akbuzat::https {

/// Reads one final response (RFC 9112) from bytes as they come, with Beast's parser behind it; interim ones (1xx) are
/// passed over. Does no I/O; holds at most a header and a body within their limits.
class ResponseReader {
 public:
  /// `toHead`: the response to a HEAD request has no body, whatever its header says.
  ResponseReader(std::size_t maxHeaderBytes, std::size_t maxBodyBytes, bool toHead);
  ~ResponseReader();
  ResponseReader(const ResponseReader&) = delete;
  ResponseReader& operator=(const ResponseReader&) = delete;

  void put(std::string_view bytes);
  /// The peer has sent all it will: which completes a body of no stated length, and else cuts the response.
  void putEnd();

  /// The response is whole, or has failed.
  [[nodiscard]] bool done() const noexcept { return outcome_.has_value(); }
  /// The connection may be used again: the response was whole, asked for nothing else, and nothing came after it.
  [[nodiscard]] bool keepsAlive() const noexcept { return keepsAlive_; }
  /// Once, after `done`.
  Outcome take() { return std::move(*outcome_); }

 private:
  struct Parser;
  void restart();
  /// True if a message has ended, behind which there may be another.
  bool step();
  void finish();

  std::size_t maxHeaderBytes_;
  std::size_t maxBodyBytes_;
  bool toHead_;
  unsigned interim_ = 0;
  bool keepsAlive_ = false;
  std::unique_ptr<Parser> parser_;
  /// Bytes that the parser has not taken: an incomplete header or chunk line.
  std::string pending_;
  std::optional<Outcome> outcome_;
};

}  // namespace akbuzat::https
