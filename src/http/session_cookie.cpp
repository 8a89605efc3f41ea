#include "http/session_cookie.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "akbuzat/util/base64.hpp"
#include "akbuzat/util/hmac.hpp"
#include "akbuzat/util/percent.hpp"
#include "akbuzat/util/text.hpp"
#include "akbuzat/util/utf8.hpp"
#include "http/text.hpp"

namespace akbuzat::http {
namespace {

std::string_view withoutPadding(std::string_view base64) {
  const auto last = base64.find_last_not_of('=');
  return last == std::string_view::npos ? std::string_view{} : base64.substr(0, last + 1);
}

/// The string member of a JSON object, or nullopt.
std::optional<std::string> stringMember(const nlohmann::json& object, const char* name) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_string()) return std::nullopt;
  return member->get<std::string>();
}

bool isBlank(std::string_view codePoint) {
  return codePoint == " " || codePoint == "\t" || codePoint == "\r" || codePoint == "\n" || codePoint == "\u00A0" ||
         codePoint == "\u3000";
}

/// The size in bytes of the code point that `lead` begins, in well-formed UTF-8.
std::size_t codePointSize(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1U : byte < 0xE0 ? 2U : byte < 0xF0 ? 3U : 4U;
}

/// Controls (C0, DEL, C1), line and paragraph separators, and the directional embeddings, overrides and isolates of
/// Unicode's bidirectional algorithm, with which a name could rearrange what is written after it.
bool isForbidden(std::string_view codePoint) {
  if (codePoint.size() == 1) return isControlCharacter(codePoint[0]);
  if (codePoint.size() == 2) return codePoint >= "\xC2\x80" && codePoint <= "\xC2\x9F";
  return (codePoint >= "\u2028" && codePoint <= "\u202E") || (codePoint >= "\u2066" && codePoint <= "\u2069");
}

}  // namespace

std::string SessionCookie::sign(std::string_view text) const {
  return std::string{withoutPadding(util::base64Encode(util::hmacSha256(secret_, text)))};
}

std::string SessionCookie::write(const Session& session) const {
  nlohmann::json json{{"username", session.username}};
  if (!session.uid.empty()) json["uid"] = session.uid;
  const std::string text = util::base64Encode(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  return util::percentEncode(text + "." + sign(text));
}

std::optional<Session> SessionCookie::read(std::string_view value) const {
  const auto decoded = util::percentDecode(value);
  if (!decoded) return std::nullopt;
  const std::string_view whole{*decoded};
  const auto dot = whole.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string_view text = whole.substr(0, dot);
  if (!util::equalInConstantTime(withoutPadding(whole.substr(dot + 1)), sign(text))) return std::nullopt;
  const auto jsonText = util::base64Decode(text);
  if (!jsonText) return std::nullopt;
  const auto json = nlohmann::json::parse(*jsonText, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  auto username = stringMember(json, "username");
  if (!username) return std::nullopt;
  return Session{std::move(*username), stringMember(json, "uid").value_or("")};
}

std::vector<Cookie> cookiesIn(std::string_view header) {
  std::vector<Cookie> cookies;
  while (!header.empty()) {
    const std::string_view pair = util::nextPart(header, ';');
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    std::string_view value = util::trim(pair.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    cookies.push_back({util::trim(pair.substr(0, equals)), value});
  }
  return cookies;
}

std::vector<std::string_view> cookieValues(std::string_view header, std::string_view name) {
  std::vector<std::string_view> values;
  for (const Cookie& cookie : cookiesIn(header)) {
    if (cookie.name == name) values.push_back(cookie.value);
  }
  return values;
}

std::optional<std::string> cleanUsername(std::string_view name, std::size_t maxCodePoints) {
  // Before anything that walks through it; also bounds the work.
  if (name.size() > 4 * (maxCodePoints + 64) || !util::isValidUtf8(name)) return std::nullopt;
  std::size_t begin = name.size();
  std::size_t end = 0;
  std::size_t count = 0;
  std::size_t countToEnd = 0;
  for (std::size_t i = 0; i < name.size();) {
    const std::string_view codePoint = name.substr(i, codePointSize(name[i]));
    const bool blank = isBlank(codePoint);
    if (!blank) {
      if (isForbidden(codePoint)) return std::nullopt;
      begin = std::min(begin, i);
      end = i + codePoint.size();
    }
    if (begin <= i) ++count;
    if (!blank) countToEnd = count;
    i += codePoint.size();
  }
  if (countToEnd == 0 || countToEnd > maxCodePoints) return std::nullopt;
  const std::string_view cleaned = name.substr(begin, end - begin);
  // A tab or line break counts as a blank around the name, not within it.
  if (std::ranges::any_of(cleaned, isControlCharacter)) return std::nullopt;
  return std::string{cleaned};
}

}  // namespace akbuzat::http
