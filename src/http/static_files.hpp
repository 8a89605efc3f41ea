#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>

#include "http/request.hpp"
#include "http/response.hpp"

namespace akbuzat::http {

/// One file of the web root with the compressed forms that were made of it when it was built.
struct StaticFile {
  /// Content codings in the order in which we like them.
  enum Coding : std::size_t { brotli, gzip, identity };
  static constexpr std::array<std::string_view, 3> kCodingNames{"br", "gzip", "identity"};

  struct Form {
    bool present = false;
    std::string content;
    /// Strong (RFC 9110 section 8.8.3), with its quotes.
    std::string etag;
  };

  std::string contentType;
  std::string_view cacheControl;
  std::array<Form, 3> forms;
};

/// The built web client in memory: a look-up in a map has no way out of the root, and no request waits for the disk.
/// Immutable after construction; any thread.
class StaticFiles {
 public:
  static constexpr std::size_t kMaxTotalBytes = std::size_t{256} * 1024 * 1024;

  StaticFiles() = default;
  /// Loads the regular files below `root`; no symbolic links below it, no hidden files but .well-known. A root that
  /// does not exist is empty. Throws std::runtime_error that names WEB_ROOT if the whole is larger than kMaxTotalBytes
  /// or cannot be read.
  explicit StaticFiles(const std::filesystem::path& root);

  /// By the decoded path of the URL, "/assets/app.js". Null if there is no such file; the page is not among them.
  [[nodiscard]] const StaticFile* find(std::string_view path) const;
  /// index.html, or null.
  [[nodiscard]] const StaticFile* page() const noexcept { return hasPage_ ? &page_ : nullptr; }

 private:
  std::unordered_map<std::string, StaticFile> files_;
  bool hasPage_ = false;
  StaticFile page_;
};

/// Answers GET or HEAD: the best coding the client takes, 304 if it has that already, one range of the identity coding
/// (RFC 9110 sections 12.5.3, 13.1 and 14). `file` outlives the answer.
Response answerWithFile(const StaticFile& file, const Request& request);

/// The file as the body of an answer with another status than 200, without conditions and ranges.
Response answerWithFile(const StaticFile& file, const Request& request, unsigned status);

}  // namespace akbuzat::http
