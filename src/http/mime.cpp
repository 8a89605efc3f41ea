#include "http/mime.hpp"

#include <array>

#include "akbuzat/util/text.hpp"

namespace akbuzat::http {
namespace {

struct MimeType {
  std::string_view extension;
  std::string_view type;
};

constexpr std::array kTypes{
    MimeType{"html", "text/html; charset=utf-8"},
    MimeType{"js", "text/javascript; charset=utf-8"},
    MimeType{"mjs", "text/javascript; charset=utf-8"},
    MimeType{"css", "text/css; charset=utf-8"},
    MimeType{"json", "application/json; charset=utf-8"},
    MimeType{"map", "application/json; charset=utf-8"},
    MimeType{"webmanifest", "application/manifest+json; charset=utf-8"},
    MimeType{"svg", "image/svg+xml"},
    MimeType{"png", "image/png"},
    MimeType{"jpg", "image/jpeg"},
    MimeType{"jpeg", "image/jpeg"},
    MimeType{"gif", "image/gif"},
    MimeType{"webp", "image/webp"},
    MimeType{"avif", "image/avif"},
    MimeType{"ico", "image/vnd.microsoft.icon"},
    MimeType{"wasm", "application/wasm"},
    MimeType{"mp3", "audio/mpeg"},
    MimeType{"ogg", "audio/ogg"},
    MimeType{"wav", "audio/wav"},
    MimeType{"webm", "video/webm"},
    MimeType{"mp4", "video/mp4"},
    MimeType{"woff", "font/woff"},
    MimeType{"woff2", "font/woff2"},
    MimeType{"ttf", "font/ttf"},
    MimeType{"txt", "text/plain; charset=utf-8"},
    MimeType{"xml", "application/xml; charset=utf-8"},
    MimeType{"pdf", "application/pdf"},
};

}  // namespace

std::string_view contentTypeOf(std::string_view fileName) {
  const auto dot = fileName.rfind('.');
  if (dot != std::string_view::npos) {
    const std::string_view extension = fileName.substr(dot + 1);
    for (const MimeType& known : kTypes) {
      if (util::equalIgnoringCase(known.extension, extension)) return known.type;
    }
  }
  return "application/octet-stream";
}

}  // namespace akbuzat::http
