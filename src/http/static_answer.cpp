#include <charconv>
#include <optional>

#include "akbuzat/util/text.hpp"
#include "http/static_files.hpp"

namespace akbuzat::http {
namespace {

/// A weight of Accept-Encoding in thousandths (RFC 9110 section 12.4.2); what is malformed counts as "not acceptable".
int weight(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view parameter = util::nextPart(parameters, ';');
    if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) continue;
    const std::string_view digits = parameter.substr(2);
    if (digits.empty() || digits.size() > 5 || (digits[0] != '0' && digits[0] != '1')) return 0;
    if (digits.size() > 1 && digits[1] != '.') return 0;
    int value = (digits[0] - '0') * 1000;
    int scale = 100;
    for (std::size_t i = 2; i < digits.size(); ++i, scale /= 10) {
      if (digits[i] < '0' || digits[i] > '9') return 0;
      value += (digits[i] - '0') * scale;
    }
    return std::min(value, 1000);
  }
  return 1000;
}

/// The weights of the codings that we may have, by StaticFile::Coding.
std::array<int, 3> weights(std::string_view accept) {
  // Without a word about it the identity coding is acceptable, but every named one is preferred to it.
  std::array<int, 3> found{-1, -1, -1};
  int any = -1;
  while (!accept.empty()) {
    std::string_view element = util::nextPart(accept, ',');
    const std::string_view name = util::nextPart(element, ';');
    const int value = weight(element);
    if (name == "*") any = value;
    if (util::equalIgnoringCase(name, "x-gzip")) found[StaticFile::gzip] = value;
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (util::equalIgnoringCase(name, StaticFile::kCodingNames[i])) found[i] = value;
    }
  }
  for (const auto coding : {StaticFile::brotli, StaticFile::gzip}) {
    if (found[coding] < 0) found[coding] = std::max(any, 0);
  }
  if (found[StaticFile::identity] < 0) found[StaticFile::identity] = any == 0 ? 0 : 1;
  return found;
}

StaticFile::Coding chooseCoding(const StaticFile& file, const Request& request) {
  const auto wanted = weights(request.headers.joined("Accept-Encoding"));
  auto best = StaticFile::identity;
  // If nothing is acceptable, the plain form is what any client can read (RFC 9110 section 12.5.3 allows it).
  int bestWeight = wanted[StaticFile::identity];
  for (const auto coding : {StaticFile::gzip, StaticFile::brotli}) {
    if (file.forms[coding].present && wanted[coding] > 0 && wanted[coding] >= bestWeight) {
      best = coding;
      bestWeight = wanted[coding];
    }
  }
  return best;
}

/// Weak comparison (RFC 9110 section 8.8.3.2) with each element of If-None-Match.
bool matches(std::string_view list, std::string_view etag) {
  while (!list.empty()) {
    std::string_view element = util::nextPart(list, ',');
    if (element.starts_with("W/")) element.remove_prefix(2);
    if (element == etag || element == "*") return true;
  }
  return false;
}

struct Range {
  std::size_t first;
  std::size_t last;
};

enum class RangeKind { none, one, unsatisfiable };

std::optional<std::size_t> number(std::string_view digits) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

/// Reads "bytes=first-last", "bytes=first-" and "bytes=-suffix". Anything else, and several ranges, are ignored, which
/// a server may (RFC 9110 section 14.2).
RangeKind readRange(std::string_view text, std::size_t size, Range& range) {
  if (!util::equalIgnoringCase(text.substr(0, 6), "bytes=")) return RangeKind::none;
  const std::string_view spec = util::trim(text.substr(6));
  const auto dash = spec.find('-');
  if (dash == std::string_view::npos) return RangeKind::none;
  const std::string_view from = spec.substr(0, dash);
  const std::string_view to = spec.substr(dash + 1);
  if (from.empty()) {
    const auto suffix = number(to);
    if (!suffix) return RangeKind::none;
    if (*suffix == 0 || size == 0) return RangeKind::unsatisfiable;
    range = {size - std::min(*suffix, size), size - 1};
    return RangeKind::one;
  }
  const auto first = number(from);
  const auto last = to.empty() ? std::optional{size} : number(to);
  if (!first || !last || (!to.empty() && *last < *first)) return RangeKind::none;
  if (*first >= size) return RangeKind::unsatisfiable;
  range = {*first, std::min(*last, size - 1)};
  return RangeKind::one;
}

Response describe(const StaticFile& file, StaticFile::Coding coding, unsigned status) {
  Response response = emptyResponse(status);
  response.add("Content-Type", file.contentType).add("Vary", "Accept-Encoding");
  if (coding != StaticFile::identity) response.add("Content-Encoding", StaticFile::kCodingNames[coding]);
  return response;
}

}  // namespace

Response answerWithFile(const StaticFile& file, const Request& request) {
  const bool get = request.method == "GET";
  const std::string_view rangeText = get ? request.headers.get("Range") : std::string_view{};
  // Ranges are of the plain form: that is what a media element asks for.
  const auto coding = rangeText.empty() ? chooseCoding(file, request) : StaticFile::identity;
  const StaticFile::Form& form = file.forms[coding];

  if (matches(request.headers.joined("If-None-Match"), form.etag)) {
    Response response = emptyResponse(304);
    response.add("ETag", form.etag).add("Cache-Control", file.cacheControl).add("Vary", "Accept-Encoding");
    return response;
  }

  Range range{};
  RangeKind kind = RangeKind::none;
  const std::string_view ifRange = request.headers.get("If-Range");
  // A date never matches: we send no Last-Modified.
  if (!rangeText.empty() && (ifRange.empty() || ifRange == form.etag))
    kind = readRange(rangeText, form.content.size(), range);
  if (kind == RangeKind::unsatisfiable) {
    Response response = jsonError(416, "range_not_satisfiable", "The file is shorter than the range asks for.");
    response.add("Content-Range", "bytes */" + std::to_string(form.content.size()));
    return response;
  }

  Response response = describe(file, coding, kind == RangeKind::one ? 206 : 200);
  response.add("ETag", form.etag).add("Cache-Control", file.cacheControl).add("Accept-Ranges", "bytes");
  response.file = form.content;
  if (kind == RangeKind::one) {
    response.file = response.file.substr(range.first, range.last - range.first + 1);
    response.add("Content-Range", "bytes " + std::to_string(range.first) + "-" + std::to_string(range.last) + "/" +
                                      std::to_string(form.content.size()));
  }
  return response;
}

Response answerWithFile(const StaticFile& file, const Request& request, unsigned status) {
  const auto coding = chooseCoding(file, request);
  Response response = describe(file, coding, status);
  response.add("Cache-Control", "no-store");
  response.file = file.forms[coding].content;
  return response;
}

}  // namespace akbuzat::http
