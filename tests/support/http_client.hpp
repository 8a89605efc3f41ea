#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace akbuzat::test {

struct HttpAnswer {
  unsigned status = 0;
  /// Names in lower case.
  std::map<std::string, std::string> headers;
  std::string body;
  /// The values of all Set-Cookie fields, in their order.
  std::vector<std::string> cookies;
};

/// One request on a connection of its own to 127.0.0.1. Throws if there is no answer.
HttpAnswer request(std::uint16_t port, const std::string& method, const std::string& target,
                   const std::map<std::string, std::string>& headers = {}, const std::string& body = {});

/// Picks a name as the name page does; returns the session cookie ("__session=…").
std::string takeName(std::uint16_t port, const std::string& name);

}  // namespace akbuzat::test
