#include "http/static_files.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "akbuzat/util/base64.hpp"
#include "akbuzat/util/hmac.hpp"
#include "http/mime.hpp"

namespace akbuzat::http {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kIndex = "/index.html";
constexpr std::string_view kImmutable = "public, max-age=31536000, immutable";
constexpr std::string_view kRevalidate = "no-cache";

/// What the bundler makes: below /assets/, "name-" and eight characters that depend on the content.
bool isHashedName(std::string_view path) {
  constexpr std::size_t kHashSize = 8;
  if (!path.starts_with("/assets/")) return false;
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const std::string_view stem = name.substr(0, name.find('.'));
  if (stem.size() <= kHashSize + 1 || stem[stem.size() - kHashSize - 1] != '-') return false;
  return std::ranges::all_of(stem.substr(stem.size() - kHashSize), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

std::string etagOf(std::string_view content) {
  const auto hash = util::sha256(content);
  const std::string text = util::base64Encode(hash);
  return "\"" + text.substr(0, 22) + "\"";
}

bool isHidden(const fs::path& name) {
  const std::string text = name.string();
  return text.starts_with('.') && text != ".well-known";
}

std::string readFile(const fs::path& path, std::uintmax_t size) {
  std::ifstream in(path, std::ios::binary);
  std::string content(static_cast<std::size_t>(size), '\0');
  in.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (!in) throw std::runtime_error("WEB_ROOT: cannot read " + path.string());
  return content;
}

using Contents = std::unordered_map<std::string, std::string>;

Contents readAll(const fs::path& root) {
  Contents contents;
  std::uintmax_t total = 0;
  auto it = fs::recursive_directory_iterator(root);
  for (; it != fs::recursive_directory_iterator(); ++it) {
    if (isHidden(it->path().filename()) || it->is_symlink()) {
      it.disable_recursion_pending();
      continue;
    }
    if (!it->is_regular_file()) continue;
    const std::uintmax_t size = it->file_size();
    total += size;
    if (total > StaticFiles::kMaxTotalBytes)
      throw std::runtime_error("WEB_ROOT " + root.string() + " holds more than 256 MiB; is it the built web client?");
    contents.emplace("/" + it->path().lexically_relative(root).generic_string(), readFile(it->path(), size));
  }
  return contents;
}

StaticFile::Form makeForm(std::string content) {
  StaticFile::Form form;
  form.present = true;
  form.etag = etagOf(content);
  form.content = std::move(content);
  return form;
}

/// Moves what was made of `path` at build time out of `contents`.
StaticFile::Form takeForm(Contents& contents, const std::string& path) {
  const auto found = contents.find(path);
  if (found == contents.end()) return {};
  return makeForm(std::move(found->second));
}

/// The name without ".br" or ".gz", if a file of that name is there too.
bool isFormOfAnother(const Contents& contents, const std::string& path) {
  if (!path.ends_with(".br") && !path.ends_with(".gz")) return false;
  return contents.contains(path.substr(0, path.size() - 3));
}

}  // namespace

StaticFiles::StaticFiles(const fs::path& root) {
  std::error_code error;
  if (root.empty() || !fs::is_directory(root, error)) return;
  try {
    Contents contents = readAll(fs::canonical(root));
    for (auto& [path, content] : contents) {
      if (isFormOfAnother(contents, path)) continue;
      StaticFile file;
      file.contentType = contentTypeOf(path);
      file.cacheControl = isHashedName(path) ? kImmutable : kRevalidate;
      file.forms[StaticFile::brotli] = takeForm(contents, path + ".br");
      file.forms[StaticFile::gzip] = takeForm(contents, path + ".gz");
      file.forms[StaticFile::identity] = makeForm(std::move(content));
      if (path == kIndex) {
        page_ = std::move(file);
        hasPage_ = true;
      } else {
        files_.emplace(path, std::move(file));
      }
    }
  } catch (const fs::filesystem_error& failure) {
    throw std::runtime_error("WEB_ROOT cannot be read: " + failure.code().message() + " (" + failure.path1().string() +
                             ")");
  }
}

const StaticFile* StaticFiles::find(std::string_view path) const {
  const auto found = files_.find(std::string{path});
  return found == files_.end() ? nullptr : &found->second;
}

}  // namespace akbuzat::http
