#include "http/form.hpp"

#include "akbuzat/util/percent.hpp"

namespace akbuzat::http {
namespace {

/// Splits the next "name=value" off `form`.
std::pair<std::string_view, std::string_view> nextPair(std::string_view& form) {
  const auto end = form.find('&');
  const std::string_view pair = form.substr(0, end);
  form = end == std::string_view::npos ? std::string_view{} : form.substr(end + 1);
  const auto equals = pair.find('=');
  if (equals == std::string_view::npos) return {pair, {}};
  return {pair.substr(0, equals), pair.substr(equals + 1)};
}

}  // namespace

std::optional<std::string> formValue(std::string_view form, std::string_view name) {
  while (!form.empty()) {
    const auto [encodedName, encodedValue] = nextPair(form);
    if (util::formDecode(encodedName) == name) return util::formDecode(encodedValue);
  }
  return std::nullopt;
}

std::string withoutParameter(std::string_view query, std::string_view name) {
  std::string rest;
  while (!query.empty()) {
    const std::string_view before = query;
    const auto [encodedName, encodedValue] = nextPair(query);
    if (util::formDecode(encodedName) == name) continue;
    const std::string_view pair = before.substr(0, before.find('&'));
    if (pair.empty()) continue;
    if (!rest.empty()) rest += '&';
    rest += pair;
  }
  return rest;
}

}  // namespace akbuzat::http
