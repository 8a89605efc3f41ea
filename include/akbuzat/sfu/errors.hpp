#pragma once

#include <boost/system/error_code.hpp>

namespace akbuzat::sfu {

/// Why the SFU does not do what a session asked for. Descriptions that are not taken are errors of sdp.
enum class errc {
  /// No live section of that mid, or the client does not send on it.
  noSuchMid = 1,
  /// No session of the scope publishes such a track.
  noSuchTrack,
  /// Another section of the session sends under that name.
  nameTaken,
  /// The track cannot be pulled with the codecs of this session, or takes the place of one of another kind.
  notCompatible,
  tooManyTracks,
};

[[nodiscard]] const boost::system::error_category& category() noexcept;
[[nodiscard]] inline boost::system::error_code make_error_code(errc code) noexcept {
  return {static_cast<int>(code), category()};
}

}  // namespace akbuzat::sfu

template <>
struct boost::system::is_error_code_enum<akbuzat::sfu::errc> : std::true_type {};
