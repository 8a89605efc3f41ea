#include "akbuzat/sdp/errors.hpp"

#include <string>

namespace akbuzat::sdp {
namespace {

// The base's destructor is protected; GCC objects all the same because the base has friends.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class Category final : public boost::system::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "akbuzat.sdp"; }

  [[nodiscard]] std::string message(int code) const override {
    switch (static_cast<errc>(code)) {
      case errc::tooLong: return "The session description is too long.";
      case errc::tooManySections: return "The session has too many m-sections.";
      case errc::malformedLine: return "A line of the session description is malformed.";
      case errc::missingMid: return "An m-section has no mid.";
      case errc::repeatedMid: return "A mid is used for more than one m-section.";
      case errc::missingTransport: return "ICE credentials or a fingerprint are missing.";
      case errc::sectionsChanged: return "The m-sections do not continue those negotiated before.";
      case errc::noOffer: return "There is no offer that this could answer.";
      case errc::answerMismatch: return "The answer does not fit the offer.";
    }
    return "The session description cannot be used.";
  }
};
#pragma GCC diagnostic pop

}  // namespace

const boost::system::error_category& category() noexcept {
  static const Category kCategory;
  return kCategory;
}

}  // namespace akbuzat::sdp
