#include "akbuzat/sdp/errors.hpp"

#include "akbuzat/util/error_category.hpp"

namespace akbuzat::sdp {
namespace {

const char* sentence(int code) {
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

}  // namespace

const boost::system::error_category& category() noexcept {
  static const util::ErrorCategory kCategory{"akbuzat.sdp", sentence};
  return kCategory;
}

}  // namespace akbuzat::sdp
