#include "http/request.hpp"

#include <algorithm>

#include "akbuzat/util/text.hpp"
#include "http/text.hpp"

namespace akbuzat::http {

bool Headers::has(std::string_view name) const {
  return std::ranges::any_of(fields_, [name](const Field& field) { return util::equalIgnoringCase(field.name, name); });
}

std::string_view Headers::get(std::string_view name) const {
  for (const Field& field : fields_) {
    if (util::equalIgnoringCase(field.name, name)) return field.value;
  }
  return {};
}

std::string Headers::joined(std::string_view name) const {
  std::string list;
  for (const std::string_view value : all(name)) {
    if (!list.empty()) list += ", ";
    list += value;
  }
  return list;
}

std::vector<std::string_view> Headers::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Field& field : fields_) {
    if (util::equalIgnoringCase(field.name, name)) values.push_back(field.value);
  }
  return values;
}

std::optional<Target> parseTarget(std::string_view target) {
  // A fragment is never sent (RFC 9112 section 3.2), and a backslash is a slash to some.
  const bool clean =
      std::ranges::none_of(target, [](char c) { return c == ' ' || c == '#' || c == '\\' || isControlCharacter(c); });
  if (!clean) return std::nullopt;
  Target parts;
  if (!target.starts_with('/')) {
    const auto scheme = target.find("://");
    if (scheme == std::string_view::npos) return std::nullopt;
    const std::string_view name = target.substr(0, scheme);
    if (!util::equalIgnoringCase(name, "http") && !util::equalIgnoringCase(name, "https")) return std::nullopt;
    target.remove_prefix(scheme + 3);
    const auto end = std::min(target.find_first_of("/?"), target.size());
    parts.authority = target.substr(0, end);
    target.remove_prefix(end);
    if (!isValidHost(parts.authority)) return std::nullopt;
  }
  const auto question = target.find('?');
  parts.path = target.substr(0, question);
  if (parts.path.empty()) parts.path = "/";
  if (question != std::string_view::npos) parts.query = target.substr(question + 1);
  return parts;
}

bool isValidHost(std::string_view host) {
  constexpr std::size_t kMaxHost = 255 + 6;
  if (host.empty() || host.size() > kMaxHost) return false;
  return std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_' || c == ':' || c == '[' || c == ']';
  });
}

}  // namespace akbuzat::http
