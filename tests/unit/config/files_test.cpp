#include "config/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <set>
#include <thread>

#include <catch2/catch.hpp>

#include "unit/config/support.hpp"

namespace akbuzat::config {

namespace fs = std::filesystem;
using akbuzat::test::TemporaryFolder;
using test::Given;
using test::write;
using namespace Catch::Matchers;

namespace {

unsigned modeOf(const fs::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777U;
}

std::string sentenceOf(const std::variant<Invocation, ConfigError>& outcome) {
  const auto* error = std::get_if<ConfigError>(&outcome);
  return error == nullptr ? std::string{} : error->sentence;
}

std::string sentenceOf(const std::optional<ConfigError>& error) { return error ? error->sentence : std::string{}; }

}  // namespace

TEST_CASE("serve makes the data folder and the secret, check-config makes nothing") {
  const TemporaryFolder folder;
  const auto data = folder.path() / "a" / "data";
  const std::vector<std::string> flags{"--data-dir", data.string()};

  auto checkFlags = flags;
  checkFlags.emplace_back("check-config");
  const auto checked = load(checkFlags, Given{}.accessor(), folder.path());
  REQUIRE(sentenceOf(checked).empty());
  CHECK(std::get<Invocation>(checked).config.sessionSecret.empty());
  CHECK_FALSE(fs::exists(folder.path() / "a"));

  const auto served = load(flags, Given{}.accessor(), folder.path());
  REQUIRE(sentenceOf(served).empty());
  const auto& secret = std::get<Invocation>(served).config.sessionSecret;
  CHECK(secret.size() == 43);
  CHECK(modeOf(data) == 0700);
  CHECK(modeOf(data / "session_secret") == 0600);
  CHECK(std::distance(fs::directory_iterator(data), fs::directory_iterator()) == 1);

  CHECK(std::get<Invocation>(load(flags, Given{}.accessor(), folder.path())).config.sessionSecret == secret);
  CHECK(std::get<Invocation>(load(checkFlags, Given{}.accessor(), folder.path())).config.sessionSecret == secret);
}

TEST_CASE("a given secret is not kept") {
  const TemporaryFolder folder;
  const auto data = folder.path() / "data";
  const auto outcome = load({"--data-dir", data.string() + "/", "--session-secret", "secret of the host"},
                            Given{}.accessor(), folder.path());
  REQUIRE(sentenceOf(outcome).empty());
  CHECK(std::get<Invocation>(outcome).config.sessionSecret == "secret of the host");
  CHECK(modeOf(data) == 0700);
  CHECK(fs::is_empty(data));
}

TEST_CASE("processes that start at once agree on one secret") {
  const TemporaryFolder folder;
  std::vector<std::string> secrets(8);
  std::vector<std::thread> threads;
  for (auto& secret : secrets) {
    threads.emplace_back([&] { secret = std::get<std::string>(keptSecret(folder.path(), FileMode::make)); });
  }
  for (auto& thread : threads) thread.join();
  CHECK(std::set<std::string>(secrets.begin(), secrets.end()).size() == 1);
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
}

TEST_CASE("a kept secret that is too short or unreadable stops the start") {
  const TemporaryFolder folder;
  write(folder, "session_secret", "too short\n\n");
  auto outcome = keptSecret(folder.path(), FileMode::check);
  CHECK_THAT(std::get<ConfigError>(outcome).sentence,
             Contains("must be at least 16 characters") && !Contains("short\n"));
  write(folder, "session_secret", "a secret of the host\r\n");
  outcome = keptSecret(folder.path(), FileMode::check);
  CHECK(std::get<std::string>(outcome) == "a secret of the host");
  fs::remove(folder.path() / "session_secret");
  fs::create_directory(folder.path() / "session_secret");
  outcome = keptSecret(folder.path(), FileMode::make);
  CHECK_THAT(std::get<ConfigError>(outcome).sentence, EndsWith("it is not a regular file."));
}

TEST_CASE("a data folder that cannot be one is named with the reason") {
  const TemporaryFolder folder;
  const auto file = write(folder, "file", "");
  for (const auto mode : {FileMode::check, FileMode::make}) {
    CHECK(sentenceOf(prepareDataDir(file, mode)) == "DATA_DIR is \"" + file.string() +
                                                        "\", but must be a folder that can be written: \"" +
                                                        file.string() + "\" is not a folder.");
    CHECK_THAT(sentenceOf(prepareDataDir(file / "below", mode)), StartsWith("DATA_DIR is "));
    // Nobody, root neither, can write into /proc.
    CHECK_THAT(sentenceOf(prepareDataDir("/proc/akbuzat", mode)), StartsWith("DATA_DIR is \"/proc/akbuzat\""));
    CHECK_THAT(sentenceOf(prepareDataDir("/proc", mode)), StartsWith("DATA_DIR is \"/proc\""));
  }
}

TEST_CASE("the client is found from where the program lies") {
  const TemporaryFolder folder;
  const auto build = folder.path() / "build" / "release";
  CHECK(defaultWebRoot(build) == folder.path() / "build" / "share" / "akbuzat" / "web");
  fs::create_directory(folder.path() / "web");
  write(folder, "web/package.json", "{}");
  fs::create_directories(build);
  CHECK(defaultWebRoot(build) == folder.path() / "web" / "dist");
}

TEST_CASE("a given client folder must exist and must not hold the data") {
  const TemporaryFolder folder;
  const auto root = (folder.path() / "web").string();
  const auto data = root + "/../web/data";
  const auto outcome = [&](const std::string& dataDir) {
    return sentenceOf(load({"--web-root", root, "--data-dir", dataDir}, Given{}.accessor(), folder.path()));
  };
  CHECK_THAT(outcome(data), StartsWith("WEB_ROOT is \"" + root + "\", but must be a folder"));
  fs::create_directory(root);
  CHECK_THAT(outcome(data), Contains("must not lie in WEB_ROOT"));
  CHECK_THAT(outcome(root), Contains("must not lie in WEB_ROOT"));
  CHECK(outcome(root + "-data").empty());
}

TEST_CASE("a small file is a regular file of bounded size") {
  const TemporaryFolder folder;
  const auto path = write(folder, "file", "12345");
  CHECK(std::get<std::string>(readSmallFile(path, 5)) == "12345");
  CHECK_THAT(std::get<FileError>(readSmallFile(path, 4)).reason, Contains("more than 4 bytes"));
  CHECK(std::get<FileError>(readSmallFile(folder.path() / "none", 5)).reason == "No such file or directory");
  REQUIRE(::mkfifo((folder.path() / "pipe").c_str(), 0600) == 0);
  CHECK(std::get<FileError>(readSmallFile(folder.path() / "pipe", 5)).reason == "it is not a regular file");
}

TEST_CASE("the file that --config names is read") {
  const TemporaryFolder folder;
  const auto file =
      write(folder, "akbuzat.env", "DATA_DIR=" + (folder.path() / "data").string() + "\nLISTEN=127.0.0.1:9\n");
  const auto outcome = load({"--config", file.string()}, Given{}.accessor(), folder.path());
  REQUIRE(sentenceOf(outcome).empty());
  CHECK(std::get<Invocation>(outcome).config.listenPort == 9);
  CHECK_THAT(sentenceOf(load({"--config", folder.path().string()}, Given{}.accessor(), folder.path())),
             EndsWith("it is not a regular file."));
}

}  // namespace akbuzat::config
