#include "https/request_text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "akbuzat/util/text.hpp"

namespace akbuzat::https {
namespace {

/// Fields about one connection or one message's framing (RFC 9110 sections 7.6.1, 8.6, 10.1.1; RFC 9112 section 6.1).
constexpr std::array<std::string_view, 10> kOwn{
    "host", "content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection",
    "te",   "trailer",        "upgrade",           "expect"};

/// RFC 9110 section 5.6.2.
bool isToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
  });
}

/// RFC 9110 section 5.5.
bool isFieldValue(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7f) || byte == '\t';
  });
}

bool isOwn(std::string_view name) {
  return std::any_of(kOwn.begin(), kOwn.end(),
                     [name](std::string_view own) { return util::equalIgnoringCase(own, name); });
}

/// A server may ask for a length where a body is usual, even if there is none (RFC 9110 section 8.6).
bool hasUsuallyBody(std::string_view method) { return method == "POST" || method == "PUT" || method == "PATCH"; }

}  // namespace

std::optional<std::string> writeRequest(const Request& request, const Url& url) {
  // CONNECT would turn the connection into a tunnel.
  if (!isToken(request.method) || request.method == "CONNECT") return std::nullopt;
  std::string text = request.method + " " + url.target + " HTTP/1.1\r\nHost: " + url.hostHeader() + "\r\n";
  bool named = false;
  for (const auto& [name, value] : request.headers) {
    if (!isToken(name) || !isFieldValue(value)) return std::nullopt;
    if (isOwn(name)) continue;
    named = named || util::equalIgnoringCase(name, "User-Agent");
    text.append(name).append(": ").append(value).append("\r\n");
  }
  // Some services refuse a request without one.
  if (!named) text += "User-Agent: akbuzat\r\n";
  if (!request.body.empty() || hasUsuallyBody(request.method))
    text += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  return text.append("\r\n").append(request.body);
}

}  // namespace akbuzat::https
