#include "http/return_url.hpp"

#include <algorithm>

#include "akbuzat/util/percent.hpp"
#include "akbuzat/util/text.hpp"
#include "http/form.hpp"
#include "http/text.hpp"

namespace akbuzat::http {
namespace {

constexpr std::string_view kReturnUrl = "return-url";

/// A browser reads "//host" and "/\host" as another site.
bool isOwnPath(std::string_view path) {
  if (!path.starts_with('/') || path.starts_with("//")) return false;
  return std::ranges::none_of(path, [](char c) { return c == '\\' || isControlCharacter(c); });
}

/// What may not stand in a header or a URL as it is: everything outside of visible ASCII.
std::string encodeForLocation(std::string_view path) {
  std::string encoded;
  encoded.reserve(path.size());
  for (const char c : path) {
    if (c > ' ' && c != '"' && c != '<' && c != '>' && c != 0x7F)
      encoded += c;
    else
      encoded += util::percentEncode(std::string_view{&c, 1});
  }
  return encoded;
}

}  // namespace

std::string safeReturnPath(std::string_view target, std::string_view origin) {
  if (!origin.empty() && target.size() >= origin.size() &&
      util::equalIgnoringCase(target.substr(0, origin.size()), origin)) {
    target.remove_prefix(origin.size());
    if (target.empty()) return "/";
    // "https://own.example.evil" and "https://own.example@evil" do not get past this.
    if (target.front() == '?' || target.front() == '#') {
      const std::string path = "/" + std::string{target};
      return isOwnPath(path) ? encodeForLocation(path) : "/";
    }
  }
  return isOwnPath(target) ? encodeForLocation(target) : "/";
}

std::string namePageFor(const Request& request) {
  std::string original = request.origin + request.path;
  if (!request.query.empty()) original += "?" + request.query;
  std::string location = "/set-username?";
  const std::string kept = withoutParameter(request.query, kReturnUrl);
  if (!kept.empty()) location += kept + "&";
  location += kReturnUrl;
  location += '=';
  location += util::percentEncode(original);
  return location;
}

}  // namespace akbuzat::http
