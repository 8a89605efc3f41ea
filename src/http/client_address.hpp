#pragma once

#include <optional>
#include <string_view>

#include <boost/asio/ip/address.hpp>

#include "akbuzat/config/config.hpp"
#include "http/request.hpp"

namespace akbuzat::http {

/// An IPv4 address that came in IPv6 dress (RFC 4291 section 2.5.5.2) as what it is.
boost::asio::ip::address unmapped(const boost::asio::ip::address& address);

/// Reads one element of X-Forwarded-For: an address with or without brackets and port.
std::optional<boost::asio::ip::address> parseForwarded(std::string_view element);

/// Where the request comes from: `peer`, or if that is a trusted proxy the rightmost address of X-Forwarded-For that is
/// none. Everything to the left of that one could be the client's invention.
boost::asio::ip::address clientAddress(const boost::asio::ip::address& peer, const Headers& headers,
                                       const config::TrustedProxies& proxies);

/// True if the client's browser speaks HTTPS: to us, or to a trusted proxy that says so in X-Forwarded-Proto.
bool clientUsesHttps(bool tls, bool trustedPeer, const Headers& headers);

}  // namespace akbuzat::http
