#include "akbuzat/sfu/errors.hpp"

#include <string>

namespace akbuzat::sfu {
namespace {

// The base's destructor is protected; GCC objects all the same because the base has friends.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class Category final : public boost::system::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "akbuzat.sfu"; }
  [[nodiscard]] std::string message(int code) const override {
    switch (static_cast<errc>(code)) {
      case errc::noSuchMid: return "No live section of the session has this mid.";
      case errc::noSuchTrack: return "No session publishes this track.";
      case errc::nameTaken: return "The session publishes another track under this name.";
      case errc::notCompatible: return "The track is of another kind than the section.";
      case errc::tooManyTracks: return "The session has as many tracks as it may have.";
    }
    return "Unknown error.";
  }
};
#pragma GCC diagnostic pop

}  // namespace

const boost::system::error_category& category() noexcept {
  static const Category instance;
  return instance;
}

}  // namespace akbuzat::sfu
