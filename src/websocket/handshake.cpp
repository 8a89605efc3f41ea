#include "akbuzat/websocket/handshake.hpp"

#include <algorithm>

#include "akbuzat/util/base64.hpp"
#include "akbuzat/util/hmac.hpp"
#include "akbuzat/util/text.hpp"

namespace akbuzat::websocket {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t kKeyTextSize = 24;
constexpr std::size_t kKeySize = 16;

bool hasToken(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    if (util::equalIgnoringCase(util::nextPart(list, ','), token)) return true;
  }
  return false;
}

/// 8 to 15 without a leading zero (RFC 7692 section 7.1.2.1), else 0.
int windowBits(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  if (value.size() == 1 && (value[0] == '8' || value[0] == '9')) return value[0] - '0';
  if (value.size() == 2 && value[0] == '1' && value[1] >= '0' && value[1] <= '5') return 10 + (value[1] - '0');
  return 0;
}

constexpr int kFullWindow = 15;

struct DeflateOffer {
  bool acceptable = true;
  bool namesServerWindow = false;
};

/// Reads the parameters of one offer. Unknown, repeated and malformed ones make it unacceptable (RFC 7692 section 7.1).
DeflateOffer readOffer(std::string_view parameters) {
  DeflateOffer offer;
  bool seen[4] = {};
  while (offer.acceptable && !parameters.empty()) {
    std::string_view value = util::nextPart(parameters, ';');
    const bool hasValue = value.find('=') != std::string_view::npos;
    const std::string_view name = util::nextPart(value, '=');
    value = util::trim(value);
    std::size_t which = 0;
    if (util::equalIgnoringCase(name, "server_no_context_takeover")) {
      offer.acceptable = !hasValue;
    } else if (util::equalIgnoringCase(name, "client_no_context_takeover")) {
      which = 1;
      offer.acceptable = !hasValue;
    } else if (util::equalIgnoringCase(name, "server_max_window_bits")) {
      which = 2;
      // Messages are compressed once for all sockets, with the full window; a smaller one cannot be promised.
      offer.acceptable = hasValue && windowBits(value) == kFullWindow;
      offer.namesServerWindow = true;
    } else if (util::equalIgnoringCase(name, "client_max_window_bits")) {
      which = 3;
      // Any window of the client's fits into ours, so there is nothing to answer.
      offer.acceptable = !hasValue || windowBits(value) != 0;
    } else {
      offer.acceptable = false;
    }
    if (seen[which]) offer.acceptable = false;
    seen[which] = true;
  }
  return offer;
}

}  // namespace

bool wantsWebSocket(const HandshakeFields& fields) {
  return hasToken(fields.upgrade, "websocket") && hasToken(fields.connection, "upgrade");
}

std::string acceptKey(std::string_view key) {
  std::string text{key};
  text += kGuid;
  return util::base64Encode(util::sha1(text));
}

std::string negotiateDeflate(std::string_view offers) {
  while (!offers.empty()) {
    std::string_view offer = util::nextPart(offers, ',');
    if (!util::equalIgnoringCase(util::nextPart(offer, ';'), "permessage-deflate")) continue;
    const DeflateOffer read = readOffer(offer);
    if (!read.acceptable) continue;
    // A server may ask the client to drop its context even if the offer did not mention it (RFC 7692 section 7.1.1.2).
    std::string answer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    if (read.namesServerWindow) answer += "; server_max_window_bits=15";
    return answer;
  }
  return {};
}

HandshakeAnswer answerHandshake(const HandshakeFields& fields) {
  if (util::trim(fields.version) != "13") return {{}, {}, HandshakeError::unsupportedVersion};
  const std::string_view key = util::trim(fields.key);
  const auto decoded = key.size() == kKeyTextSize ? util::base64Decode(key) : std::nullopt;
  if (!decoded || decoded->size() != kKeySize) return {{}, {}, HandshakeError::badKey};
  return {acceptKey(key), negotiateDeflate(fields.extensions), std::nullopt};
}

}  // namespace akbuzat::websocket
