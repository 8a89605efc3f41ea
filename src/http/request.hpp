#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>

namespace akbuzat::http {

/// The header fields of a request, in their order. Names are compared without regard to case.
class Headers {
 public:
  void add(std::string_view name, std::string_view value) {
    fields_.push_back({std::string{name}, std::string{value}});
  }

  [[nodiscard]] bool has(std::string_view name) const;
  /// The first field of that name, or empty.
  [[nodiscard]] std::string_view get(std::string_view name) const;
  /// All fields of that name as one list (RFC 9110 section 5.3).
  [[nodiscard]] std::string joined(std::string_view name) const;
  [[nodiscard]] std::vector<std::string_view> all(std::string_view name) const;

 private:
  struct Field {
    std::string name;
    std::string value;
  };
  std::vector<Field> fields_;
};

/// Who the request comes from: a name to show and an owner that nobody else can claim.
struct Identity {
  enum class Source { cookie, header };

  std::string name;
  /// Never sent to anybody.
  std::string owner;
  Source source = Source::cookie;
};

/// One request as handlers see it.
struct Request {
  std::string method;
  /// Still percent-encoded; begins with '/'.
  std::string path;
  /// Still percent-encoded, without the '?'.
  std::string query;
  Headers headers;
  std::string body;

  /// The client's address, seen through trusted proxies.
  boost::asio::ip::address client;
  bool https = false;
  /// The site's origin as this client's browser sees it, such as "https://meet.example.org".
  std::string origin;
  std::optional<Identity> identity;
  /// Nothing can be said of the sender before the keys of Cloudflare Access have come.
  bool identityPending = false;

  // The path's segments of these names; set by the router.

  /// Still percent-encoded.
  std::string room;
  std::string app;
  std::string session;
};

struct Target {
  std::string path;
  std::string query;
  /// From an absolute target (RFC 9112 section 3.2.2), which overrides Host; else empty.
  std::string authority;
};

/// Takes a request target apart. nullopt if it is neither origin-form nor absolute-form, or has characters that no URL
/// has.
std::optional<Target> parseTarget(std::string_view target);

/// True for what may stand in Host: a name or address with an optional port, no user, no path.
bool isValidHost(std::string_view host);

}  // namespace akbuzat::http
