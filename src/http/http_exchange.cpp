#include "http/http_exchange.hpp"

#include <ctime>

#include "http/client_address.hpp"
#include "http/identity.hpp"

namespace akbuzat::http {
namespace {

Response badRequest(std::string_view message) {
  Response response = textResponse(400, message);
  response.close = true;
  return response;
}

std::string originFor(const Site& site, bool https, std::string_view host) {
  if (!site.config.publicUrl.empty()) return site.config.publicUrl;
  if (host.empty()) return {};
  return (https ? "https://" : "http://") + std::string{host};
}

}  // namespace

std::variant<Request, Response> HttpExchange::takeRequest(const Site& site, const Peer& peer) {
  phase_ = Phase::answering;
  head_ = reader.isHead();
  keepAlive_ = reader.keepAlive();
  RawRequest raw = reader.take();
  auto target = parseTarget(raw.target);
  if (!target) return badRequest("The request's target is not a path or a URL.");
  const std::string host = target->authority.empty() ? std::string{raw.headers.get("Host")} : target->authority;
  // Only HTTP/1.0 clients may leave it out; the reader sees to that.
  if (!host.empty() && !isValidHost(host)) return badRequest("Host is not a host name.");

  plainRefusal_ = target->path == kMediaSessionsPath;

  Request request;
  request.https = clientUsesHttps(peer.tls, peer.trusted, raw.headers);
  request.origin = origin_ = originFor(site, request.https, host);
  request.client = clientAddress(peer.address, raw.headers, site.config.trustedProxies);
  request.method = std::move(raw.method);
  request.path = std::move(target->path);
  request.query = std::move(target->query);
  request.headers = std::move(raw.headers);
  request.body = std::move(raw.body);
  if (site.access)
    site.access->identify(request);
  else
    request.identity = identify(request.headers, peer.trusted, site.config, site.cookie);
  return request;
}

void HttpExchange::setAnswer(Response response, const Site& site, std::string_view date) {
  const bool wasComplete = phase_ == Phase::answering;
  phase_ = Phase::writing;
  response_ = std::move(response);
  if (plainRefusal_ && response_.status >= 400 && response_.body.starts_with('{'))
    response_.becomeText(reasonPhrase(response_.status));
  // An answer to a request that did not come whole leaves the connection in the middle of something.
  response_.close = response_.close || !wasComplete || !keepAlive_ || site.draining;
  response_.headOnly = head_;

  std::string& text = headText_;
  text.reserve(1536);
  text += "HTTP/1.1 ";
  text += std::to_string(response_.status);
  text += ' ';
  text += reasonPhrase(response_.status);
  text += "\r\nDate: ";
  text += date;
  text += "\r\n";
  text += response_.fields;
  if (response_.status == 101) {
    response_.close = false;
  } else {
    site.securityHeaders.append(text, origin_);
    if (response_.status != 304) text += "Content-Length: " + std::to_string(response_.content().size()) + "\r\n";
    // Said in either case: a client of HTTP/1.0 needs to be told that the connection stays open.
    text += response_.close ? "Connection: close\r\n" : "Connection: keep-alive\r\n";
  }
  text += "\r\n";
}

std::span<const iovec> HttpExchange::unsent() {
  const std::string_view content =
      response_.headOnly || response_.status == 101 ? std::string_view{} : response_.content();
  std::size_t skip = sent_;
  std::size_t count = 0;
  for (const std::string_view part : {std::string_view{headText_}, content}) {
    const std::size_t cut = std::min(skip, part.size());
    skip -= cut;
    if (cut == part.size()) continue;
    // iovec is for reading and writing; this one is read.
    parts_[count++] = {const_cast<char*>(part.data() + cut), part.size() - cut};
  }
  return {parts_.data(), count};
}

bool HttpExchange::sent(std::size_t bytes) {
  sent_ += bytes;
  return unsent().empty();
}

std::string httpDate(std::time_t now) {
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  // Written out rather than by strftime, whose names follow the process's locale.
  static constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                 kDays[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                                 kMonths[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900, parts.tm_hour,
                                 parts.tm_min, parts.tm_sec);
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace akbuzat::http
