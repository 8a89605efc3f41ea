#include "akbuzat/sfu/errors.hpp"

#include "akbuzat/util/error_category.hpp"

namespace akbuzat::sfu {
namespace {

const char* sentence(int code) {
  switch (static_cast<errc>(code)) {
    case errc::noSuchMid: return "No live section of the session has this mid.";
    case errc::noSuchTrack: return "No session publishes this track.";
    case errc::nameTaken: return "The session publishes another track under this name.";
    case errc::notCompatible: return "The track is of another kind than the section.";
    case errc::tooManyTracks: return "The session has as many tracks as it may have.";
  }
  return "Unknown error.";
}

}  // namespace

const boost::system::error_category& category() noexcept {
  static const util::ErrorCategory kCategory{"akbuzat.sfu", sentence};
  return kCategory;
}

}  // namespace akbuzat::sfu
