#pragma once

#include <filesystem>
#include <memory>

#include <openssl/ssl.h>
#include <boost/asio/ssl/context.hpp>

#include "https/url.hpp"

namespace akbuzat::https {

/// A client's context for TLS 1.2 and 1.3 that trusts the system's authorities (SSL_CERT_FILE and SSL_CERT_DIR are
/// honoured) and those of the PEM file, if one is named. Throws std::runtime_error with a sentence.
std::shared_ptr<boost::asio::ssl::context> makeTlsContext(const std::filesystem::path& extraAuthorities);

/// Has the handshake ask for this host (SNI) and fail if the certificate is not the host's. False if memory is out.
bool expectHost(SSL* ssl, const Url& origin);

}  // namespace akbuzat::https
