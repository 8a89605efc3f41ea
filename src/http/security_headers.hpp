#pragma once

#include <string>
#include <string_view>

#include "akbuzat/config/config.hpp"

namespace akbuzat::http {

/// The header lines that every answer carries. Immutable; any thread.
class SecurityHeaders {
 public:
  explicit SecurityHeaders(const config::Config& config);

  /// Appends the lines for a client whose own origin is `origin` ("https://host"); empty if it is not known.
  void append(std::string& out, std::string_view origin) const;

 private:
  std::string constant_;
  bool strictTransport_;
};

}  // namespace akbuzat::http
