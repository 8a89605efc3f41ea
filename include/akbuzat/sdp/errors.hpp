#pragma once

#include <string_view>

#include <boost/system/error_code.hpp>

namespace akbuzat::sdp {

/// Why a description is not taken. `message()` is a sentence for the program's author on the other side.
enum class errc {
  tooLong = 1,
  tooManySections,
  malformedLine,
  missingMid,
  repeatedMid,
  /// No ICE credentials or no fingerprint where media shall flow.
  missingTransport,
  /// The m-sections of a connection may not disappear or change their order (RFC 8829 section 5.3.1).
  sectionsChanged,
  noOffer,
  /// An answer that does not fit our offer.
  answerMismatch,
};

[[nodiscard]] const boost::system::error_category& category() noexcept;
[[nodiscard]] inline boost::system::error_code make_error_code(errc code) noexcept {
  return {static_cast<int>(code), category()};
}

}  // namespace akbuzat::sdp

template <>
struct boost::system::is_error_code_enum<akbuzat::sdp::errc> : std::true_type {};
