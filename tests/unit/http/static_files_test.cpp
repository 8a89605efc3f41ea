#include "http/static_files.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <catch2/catch.hpp>

#include "http/mime.hpp"
#include "support/temporary_folder.hpp"

namespace akbuzat::http {
namespace {

namespace fs = std::filesystem;

/// The value of a header line, or empty.
std::string field(const Response& response, const std::string& name) {
  const auto begin = response.fields.find(name + ": ");
  if (begin == std::string::npos) return {};
  const auto value = begin + name.size() + 2;
  return response.fields.substr(value, response.fields.find("\r\n", value) - value);
}

struct Fixture {
  test::TemporaryFolder folder;

  Fixture() {
    write("index.html", "<html>");
    write("index.html.br", "br-page");
    write("assets/app-0aB_-9zZ.js", "0123456789");
    write("assets/app-0aB_-9zZ.js.br", "br-script");
    write("assets/app-0aB_-9zZ.js.gz", "gz-script");
    write("assets/plain.css", "body{}");
    write("noise/worklet.js", "x");
    write("archive.gz", "only a gz");
    write(".git/config", "secret");
    write(".env", "secret");
    write(".well-known/security.txt", "contact");
    write("a b.txt", "space");
    write("empty.txt", "");
  }
  void write(const std::string& name, const std::string& content) const {
    const fs::path path = folder.path() / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
  }
  [[nodiscard]] StaticFiles load() const { return StaticFiles(folder.path()); }
};

/// GET /assets/app… with one more header.
struct Script : Fixture {
  StaticFiles files = load();
  const StaticFile& file = *files.find("/assets/app-0aB_-9zZ.js");
  Request request;

  Script() { request.method = "GET"; }
  Response with(const std::string& name, const std::string& value) const {
    Request changed = request;
    changed.headers.add(name, value);
    return answerWithFile(file, changed);
  }
  [[nodiscard]] std::string codingFor(const std::string& accept) const {
    return field(with("Accept-Encoding", accept), "Content-Encoding");
  }
};

TEST_CASE_METHOD(Fixture, "regular files below the root are found by their exact path") {
  const StaticFiles files = load();
  for (const char* path : {"/assets/app-0aB_-9zZ.js", "/assets/plain.css", "/noise/worklet.js", "/archive.gz",
                           "/.well-known/security.txt", "/a b.txt", "/empty.txt"})
    CHECK(files.find(path) != nullptr);
  for (const char* path : {"", "/", "/assets", "/assets/", "/index.html", "/.git/config", "/.env", "/../secret",
                           "/assets/../a b.txt", "/assets/app-0aB_-9zZ.js.br", "/assets/app-0aB_-9zZ.js.gz",
                           "assets/plain.css", "//assets/plain.css", "/Assets/plain.css", "/a%20b.txt"})
    CHECK(files.find(path) == nullptr);
  REQUIRE(files.page() != nullptr);
  CHECK(files.page()->forms[StaticFile::identity].content == "<html>");
}

TEST_CASE_METHOD(Fixture, "symbolic links are no way out") {
  const test::TemporaryFolder outside;
  std::ofstream(outside.path() / "secret.txt") << "secret";
  fs::create_symlink(outside.path() / "secret.txt", folder.path() / "link.txt");
  fs::create_directory_symlink(outside.path(), folder.path() / "dir");
  const StaticFiles files = load();
  CHECK(files.find("/link.txt") == nullptr);
  CHECK(files.find("/dir/secret.txt") == nullptr);
}

TEST_CASE("a root that is not there is empty") {
  CHECK(StaticFiles(fs::path{}).page() == nullptr);
  CHECK(StaticFiles(fs::path{"/does/not/exist"}).page() == nullptr);
}

TEST_CASE_METHOD(Fixture, "only hashed names are cached for long") {
  const StaticFiles files = load();
  CHECK(files.find("/assets/app-0aB_-9zZ.js")->cacheControl == "public, max-age=31536000, immutable");
  CHECK(files.find("/assets/plain.css")->cacheControl == "no-cache");
  CHECK(files.find("/noise/worklet.js")->cacheControl == "no-cache");
  CHECK(files.page()->cacheControl == "no-cache");
}

TEST_CASE_METHOD(Script, "the coding is the best that the client takes") {
  CHECK(field(answerWithFile(file, request), "Content-Encoding").empty());
  CHECK(codingFor("gzip, deflate, br") == "br");
  CHECK(codingFor("gzip, deflate") == "gzip");
  CHECK(codingFor("x-gzip") == "gzip");
  CHECK(codingFor("BR") == "br");
  CHECK(codingFor("br;q=0.5, gzip;q=0.8") == "gzip");
  CHECK(codingFor("br;q=0, gzip") == "gzip");
  CHECK(codingFor("br; Q=0.000, gzip;q=0.0").empty());
  CHECK(codingFor("*") == "br");
  CHECK(codingFor("*;q=0").empty());
  CHECK(codingFor("identity, br;q=0.1").empty());
  CHECK(codingFor("identity;q=0, *;q=0.1") == "br");
  CHECK(codingFor("").empty());
  CHECK(codingFor("br;q=nonsense, gzip").find("gzip") == 0);
  CHECK(with("Accept-Encoding", "br").file == "br-script");
  CHECK(field(with("Accept-Encoding", "br"), "Vary") == "Accept-Encoding");
  CHECK(field(with("Accept-Encoding", "br"), "Content-Type") == "text/javascript; charset=utf-8");
}

TEST_CASE_METHOD(Script, "each coding has its own ETag, which gets a 304") {
  const std::string plain = field(answerWithFile(file, request), "ETag");
  const std::string brotli = field(with("Accept-Encoding", "br"), "ETag");
  CHECK(plain.size() == 24);
  CHECK(plain != brotli);
  for (const std::string& list : {plain, "W/" + plain, "\"x\", " + plain, std::string{"*"}}) {
    const Response response = with("If-None-Match", list);
    CHECK(response.status == 304);
    CHECK(response.content().empty());
    CHECK(field(response, "ETag") == plain);
    CHECK(field(response, "Cache-Control") == "public, max-age=31536000, immutable");
  }
  CHECK(with("If-None-Match", brotli).status == 200);
  CHECK(with("If-None-Match", "").status == 200);
  CHECK(with("If-None-Match", plain.substr(1)).status == 200);
}

TEST_CASE_METHOD(Script, "one range is answered, of the plain form") {
  const auto range = [this](const std::string& text) {
    const Response response = with("Range", text);
    return std::to_string(response.status) + " " + field(response, "Content-Range") + " " + std::string{response.file};
  };
  CHECK(range("bytes=0-3") == "206 bytes 0-3/10 0123");
  CHECK(range("bytes=8-") == "206 bytes 8-9/10 89");
  CHECK(range("bytes=5-1000") == "206 bytes 5-9/10 56789");
  CHECK(range("bytes=-3") == "206 bytes 7-9/10 789");
  CHECK(range("bytes=-1000") == "206 bytes 0-9/10 0123456789");
  CHECK(range("Bytes=9-9") == "206 bytes 9-9/10 9");
  for (const char* text : {"bytes=3-1", "bytes=a-b", "bytes=", "bytes=-", "bytes=1", "items=0-1", "bytes=0-1,3-4",
                           "bytes=--1", "bytes=99999999999999999999-"})
    CHECK(range(text) == "200  0123456789");
  for (const char* text : {"bytes=10-", "bytes=10-20", "bytes=-0"}) {
    CHECK(with("Range", text).status == 416);
    CHECK(field(with("Range", text), "Content-Range") == "bytes */10");
  }
  request.headers.add("Accept-Encoding", "br");
  CHECK(range("bytes=0-3") == "206 bytes 0-3/10 0123");
  request.method = "HEAD";
  CHECK(with("Range", "bytes=0-3").status == 200);
}

TEST_CASE_METHOD(Script, "If-Range guards against a changed file") {
  request.headers.add("Range", "bytes=0-3");
  CHECK(with("If-Range", field(with("X", "y"), "ETag")).status == 206);
  CHECK(with("If-Range", "\"old\"").status == 200);
  CHECK(with("If-Range", "Sun, 06 Nov 1994 08:49:37 GMT").status == 200);
}

TEST_CASE_METHOD(Script, "an empty file has no range") {
  const Response response = [this] {
    Request ranged = request;
    ranged.headers.add("Range", "bytes=0-");
    return answerWithFile(*files.find("/empty.txt"), ranged);
  }();
  CHECK(response.status == 416);
}

TEST_CASE_METHOD(Script, "as an error page it has no conditions") {
  request.headers.add("If-None-Match", "*");
  request.headers.add("Range", "bytes=0-1");
  const Response response = answerWithFile(*files.page(), request, 404);
  CHECK(response.status == 404);
  CHECK(response.file == "<html>");
  CHECK(field(response, "ETag").empty());
}

TEST_CASE("types are known by extension") {
  CHECK(contentTypeOf("a.JS") == "text/javascript; charset=utf-8");
  CHECK(contentTypeOf("/e2ee/x_bg.wasm") == "application/wasm");
  CHECK(contentTypeOf("site.webmanifest") == "application/manifest+json; charset=utf-8");
  CHECK(contentTypeOf("x.js.map") == "application/json; charset=utf-8");
  CHECK(contentTypeOf("x.mp3") == "audio/mpeg");
  CHECK(contentTypeOf("noextension") == "application/octet-stream");
  CHECK(contentTypeOf("x.") == "application/octet-stream");
}

}  // namespace
}  // namespace akbuzat::http
