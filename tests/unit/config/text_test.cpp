#include <sstream>

#include <catch2/catch.hpp>

#include "unit/config/support.hpp"

namespace akbuzat::config {

using test::Given;
using namespace Catch::Matchers;

namespace {

/// The line of `text` that begins with `name`.
std::string lineOf(const std::string& text, const std::string& name) {
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(name + " ")) return line;
  }
  return {};
}

}  // namespace

TEST_CASE("--help names every setting") {
  const auto help = helpText();
  for (const auto& setting : settings()) CHECK_THAT(help, Contains(std::string(setting.name)));
  CHECK_THAT(help, Contains("--listen ADDRESS:PORT   LISTEN\n"));
  CHECK_THAT(help, Contains("Default: 0.0.0.0:8787.\n"));
  CHECK_THAT(help, !Contains("Default: .\n"));
  std::istringstream in(help);
  for (std::string line; std::getline(in, line);) CHECK(line.size() <= 120);
}

TEST_CASE("check-config shows what is in force and where it comes from") {
  const Given given{.arguments = {"check-config", "--shards", "2"},
                    .environment = {{"SESSION_SECRET", "a secret of the host"},
                                    {"TURN_SERVICE_TOKEN", "hunter2hunter2hunter2"},
                                    {"TURN_SERVICE_ID", "key"},
                                    {"DB", "d"}},
                    .files = {}};
  const auto text = describe(given.invocation());
  CHECK_THAT(lineOf(text, "LISTEN"), Contains(" 0.0.0.0:8787 ") && EndsWith("[default]"));
  CHECK_THAT(lineOf(text, "SHARDS"), Contains(" 2 ") && EndsWith("[the command line]"));
  CHECK_THAT(lineOf(text, "TLS_CERT_FILE"), Contains("(not set)"));
  CHECK_THAT(lineOf(text, "TRUSTED_PROXIES"), Contains("(none)"));
  CHECK_THAT(lineOf(text, "SESSION_SECRET"), Contains(" (set) ") && EndsWith("[the environment]"));
  CHECK_THAT(lineOf(text, "MEDIA_UDP_PORT"), Contains("(the number of the HTTP port)"));
  CHECK_THAT(lineOf(text, "MEDIA_PATH"), Contains(" auto "));
  CHECK_THAT(lineOf(text, "REALTIME_APP_SECRET"), Contains(" (not set) "));
  CHECK_THAT(lineOf(text, "TURN_SERVICE_TOKEN"), Contains(" (set) ") && EndsWith("[the environment]"));
  CHECK_THAT(lineOf(text, "DB"), Contains(" d ") && Contains("no effect in this version"));
  CHECK(lineOf(text, "FEEDBACK_QUEUE").empty());
  CHECK_THAT(text, !Contains("hunter2") && !Contains("a secret of the host"));
  CHECK_THAT(text, EndsWith("The settings are valid.\n"));
}

TEST_CASE("a secret that is yet to be made is told as such") {
  CHECK_THAT(lineOf(describe(Given{{"check-config"}, {}, {}}.invocation()), "SESSION_SECRET"),
             Contains("(made once and kept in DATA_DIR/session_secret)"));
}

}  // namespace akbuzat::config
