#include "akbuzat/websocket/handshake.hpp"

#include <algorithm>

#include "akbuzat/util/base64.hpp"
#include "akbuzat/util/hmac.hpp"

namespace akbuzat::websocket {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t kKeyTextSize = 24;
constexpr std::size_t kKeySize = 16;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equalIgnoringCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// Cuts off and returns what comes before the next `separator`, trimmed. None of the values that we take contains a
/// quoted separator; one that does is refused as a piece that makes no sense.
std::string_view nextPart(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return trim(part);
}

bool hasToken(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    if (equalIgnoringCase(nextPart(list, ','), token)) return true;
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
    std::string_view value = nextPart(parameters, ';');
    const bool hasValue = value.find('=') != std::string_view::npos;
    const std::string_view name = nextPart(value, '=');
    value = trim(value);
    std::size_t which = 0;
    if (equalIgnoringCase(name, "server_no_context_takeover")) {
      offer.acceptable = !hasValue;
    } else if (equalIgnoringCase(name, "client_no_context_takeover")) {
      which = 1;
      offer.acceptable = !hasValue;
    } else if (equalIgnoringCase(name, "server_max_window_bits")) {
      which = 2;
      // Messages are compressed once for all sockets, with the full window; a smaller one cannot be promised.
      offer.acceptable = hasValue && windowBits(value) == kFullWindow;
      offer.namesServerWindow = true;
    } else if (equalIgnoringCase(name, "client_max_window_bits")) {
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
    std::string_view offer = nextPart(offers, ',');
    if (!equalIgnoringCase(nextPart(offer, ';'), "permessage-deflate")) continue;
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
  if (trim(fields.version) != "13") return {{}, {}, HandshakeError::unsupportedVersion};
  const std::string_view key = trim(fields.key);
  const auto decoded = key.size() == kKeyTextSize ? util::base64Decode(key) : std::nullopt;
  if (!decoded || decoded->size() != kKeySize) return {{}, {}, HandshakeError::badKey};
  return {acceptKey(key), negotiateDeflate(fields.extensions), std::nullopt};
}

}  // namespace akbuzat::websocket
