#include "support/http_client.hpp"

#include <stdexcept>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "akbuzat/util/percent.hpp"

namespace akbuzat::test {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;

HttpAnswer request(std::uint16_t port, const std::string& method, const std::string& target,
                   const std::map<std::string, std::string>& headers, const std::string& body) {
  boost::asio::io_context io;
  tcp::socket socket{io};
  socket.connect({boost::asio::ip::address_v4::loopback(), port});

  http::request<http::string_body> message;
  message.method_string(method);
  message.target(target);
  message.set(http::field::host, "127.0.0.1:" + std::to_string(port));
  for (const auto& [name, value] : headers) message.set(name, value);
  message.body() = body;
  message.prepare_payload();
  http::write(socket, message);

  boost::beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(boost::none);
  if (method == "HEAD") parser.skip(true);
  http::read(socket, buffer, parser);

  HttpAnswer answer;
  answer.status = parser.get().result_int();
  for (const auto& field : parser.get()) {
    std::string name{field.name_string()};
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (name == "set-cookie") answer.cookies.emplace_back(field.value());
    answer.headers[name] = std::string{field.value()};
  }
  answer.body = std::move(parser.get().body());
  return answer;
}

std::string takeName(std::uint16_t port, const std::string& name) {
  const HttpAnswer answer =
      request(port, "POST", "/set-username", {{"Content-Type", "application/x-www-form-urlencoded"}},
              "username=" + util::percentEncode(name));
  const auto cookie = answer.headers.find("set-cookie");
  if (answer.status != 302 || cookie == answer.headers.end()) throw std::runtime_error("the name was not accepted");
  return cookie->second.substr(0, cookie->second.find(';'));
}

}  // namespace akbuzat::test
