#include "http/response.hpp"

#include <algorithm>
#include <iterator>

#include "http/text.hpp"

namespace akbuzat::http {

namespace {

constexpr std::string_view kPlainText = "text/plain; charset=utf-8";

}  // namespace

Response& Response::add(std::string_view name, std::string_view value) {
  fields += name;
  fields += ": ";
  std::ranges::copy_if(value, std::back_inserter(fields), [](char c) { return !isControlCharacter(c); });
  fields += "\r\n";
  return *this;
}

void Response::becomeText(std::string_view text) {
  constexpr std::string_view kName = "Content-Type: ";
  for (std::size_t line = 0; line < fields.size();) {
    const std::size_t next = fields.find("\r\n", line) + 2;
    if (fields.compare(line, kName.size(), kName) == 0)
      fields.erase(line, next - line);
    else
      line = next;
  }
  add("Content-Type", kPlainText);
  body = text;
}

Response emptyResponse(unsigned status) {
  Response response;
  response.status = status;
  return response;
}

namespace {

Response typed(unsigned status, std::string_view type, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  response.add("Content-Type", type).add("Cache-Control", "no-store");
  return response;
}

}  // namespace

Response textResponse(unsigned status, std::string_view text) { return typed(status, kPlainText, std::string{text}); }

Response htmlResponse(unsigned status, std::string html) {
  return typed(status, "text/html; charset=utf-8", std::move(html));
}

Response jsonResponse(unsigned status, std::string json) {
  return typed(status, "application/json; charset=utf-8", std::move(json));
}

Response jsonError(unsigned status, std::string_view code, std::string_view message) {
  std::string json = R"({"error":{"code":")";
  json += code;
  json += R"(","message":")";
  json += message;
  json += "\"}}";
  return jsonResponse(status, std::move(json));
}

Response redirect(std::string_view location) {
  Response response = emptyResponse(302);
  response.add("Location", location).add("Cache-Control", "no-store");
  return response;
}

std::string_view reasonPhrase(unsigned status) {
  switch (status) {
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 201: return "Created";
    case 206: return "Partial Content";
    case 302: return "Found";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 410: return "Gone";
    case 413: return "Content Too Large";
    case 416: return "Range Not Satisfiable";
    case 425: return "Too Early";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
  }
}

}  // namespace akbuzat::http
