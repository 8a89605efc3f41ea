// The program as a host meets it: what it prints, and how it ends when something is wrong.

#include <algorithm>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "support/http_client.hpp"
#include "support/server_process.hpp"
#include "support/temporary_folder.hpp"

using namespace akbuzat::test;
using Catch::Contains;

TEST_CASE("the program says what it is") {
  const ProgramResult version = runProgram({"--version"});
  CHECK(version.exitStatus == 0);
  CHECK_THAT(version.output, Catch::StartsWith("akbuzat 0."));
  const ProgramResult help = runProgram({"--help"});
  CHECK(help.exitStatus == 0);
  for (const char* word : {"serve", "check-config", "--config", "--listen", "DATA_DIR"}) {
    CHECK_THAT(help.output, Contains(word));
  }
}

TEST_CASE("a wrong setting ends the program with 2 and one sentence that names it") {
  const TemporaryFolder folder;
  const std::string data = folder.path().string();
  std::ofstream{folder.path() / "bad.env"} << "LISTEM=0.0.0.0:1\n";
  std::ofstream{folder.path() / "file"} << "x";

  struct Row {
    std::vector<std::string> arguments;
    std::map<std::string, std::string> settings;
    std::string mentions;
  };
  for (const Row& row : {
           Row{{}, {{"LISTEN", "nowhere"}, {"DATA_DIR", data}}, "LISTEN"},
           Row{{"--config", data + "/bad.env"}, {{"DATA_DIR", data}}, "LISTEM"},
           Row{{"--config", data + "/absent.env"}, {{"DATA_DIR", data}}, "absent.env"},
           Row{{"serve", "--data-dir", data + "/file"}, {}, "DATA_DIR"},
           Row{{},
               {{"TLS_CERT_FILE", data + "/absent.pem"}, {"TLS_KEY_FILE", data + "/absent.key"}, {"DATA_DIR", data}},
               "TLS_CERT_FILE"},
           Row{{"--no-such-flag", "1"}, {}, "no-such-flag"},
           Row{{"dance"}, {}, "dance"},
       }) {
    const ProgramResult result = runProgram(row.arguments, row.settings);
    INFO(result.errors);
    CHECK(result.exitStatus == 2);
    CHECK_THAT(result.errors, Contains(row.mentions));
    CHECK(std::count(result.errors.begin(), result.errors.end(), '\n') == 1);
  }
}

TEST_CASE("a port in use and a data directory in use end the program with 2") {
  const TemporaryFolder first;
  const TemporaryFolder second;
  const ServerProcess running{first.path()};
  const std::string address = "127.0.0.1:" + std::to_string(running.port());

  const ProgramResult port = runProgram({"--listen", address, "--data-dir", second.path().string()});
  CHECK(port.exitStatus == 2);
  CHECK_THAT(port.errors, Contains(address));
  CHECK_THAT(port.errors, Contains("LISTEN"));

  const ProgramResult data = runProgram({"--listen", "127.0.0.1:0", "--data-dir", first.path().string()});
  CHECK(data.exitStatus == 2);
  CHECK_THAT(data.errors, Contains("DATA_DIR"));
}

TEST_CASE("check-config prints what is in force, and no secret") {
  const TemporaryFolder folder;
  const ProgramResult result =
      runProgram({"check-config", "--data-dir", folder.path().string()},
                 {{"SESSION_SECRET", "do not print me, please"}, {"LISTEN", "127.0.0.1:9999"}});
  INFO(result.errors);
  CHECK(result.exitStatus == 0);
  CHECK_THAT(result.output, Contains("127.0.0.1:9999"));
  CHECK_THAT(result.output, !Contains("do not print me"));
}
