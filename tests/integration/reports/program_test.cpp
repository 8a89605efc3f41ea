// What the host of the machine reads of the reports, while the server runs and after it.

#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "akbuzat/util/percent.hpp"
#include "support/http_client.hpp"
#include "support/server_process.hpp"
#include "support/temporary_folder.hpp"

using namespace akbuzat;
using namespace akbuzat::test;

namespace {

HttpAnswer reportBug(std::uint16_t port, const std::string& cookie, const std::string& description) {
  const std::string info = R"({"roomName":"tea","roomHistory":[{"call":1}],"url":"http://localhost/tea/room"})";
  return request(port, "POST", "/api/bugReport",
                 {{"Cookie", cookie}, {"Content-Type", "application/x-www-form-urlencoded"}},
                 "info=" + util::percentEncode(info) + "&description=" + util::percentEncode(description));
}

ProgramResult reports(const TemporaryFolder& folder, std::vector<std::string> arguments = {}) {
  arguments.insert(arguments.begin(), "reports");
  return runProgram(arguments, {{"DATA_DIR", folder.path().string()}});
}

}  // namespace

TEST_CASE("The host lists reports and reads each while the server runs, and after it") {
  const TemporaryFolder folder;
  {
    ServerProcess server{folder.path()};
    CHECK(reports(folder).output == "There are no reports.\n");
    const std::string cookie = takeName(server.port(), "Айгуль");
    REQUIRE(reportBug(server.port(), cookie, "No sound at all").status == 200);
    REQUIRE(reportBug(server.port(), cookie, "\x1b[2JPicture\r\nfroze \u202Eagain").status == 200);

    const ProgramResult list = reports(folder);
    CHECK(list.exitStatus == 0);
    const std::size_t newer = list.output.find("Айгуль: [2JPicture·froze ·again\n");
    const std::size_t older = list.output.find("Айгуль: No sound at all\n");
    REQUIRE(newer != std::string::npos);
    REQUIRE(older != std::string::npos);
    CHECK(newer < older);

    const std::string id = list.output.substr(0, list.output.find(' '));
    const ProgramResult whole = reports(folder, {id});
    CHECK(whole.exitStatus == 0);
    CHECK(whole.output.find("\n[2JPicture\nfroze ·again\n") != std::string::npos);
    CHECK(whole.output.find("Room: tea\n") != std::string::npos);
    CHECK(whole.output.find("\"call\": 1") != std::string::npos);
    // It is being written, and goes on being written.
    CHECK(reportBug(server.port(), cookie, "Another one").status == 200);
  }
  CHECK(reports(folder).output.find("Another one") != std::string::npos);
}

TEST_CASE("What cannot be read is said in a sentence") {
  const TemporaryFolder folder;
  const ProgramResult nothing = reports(folder);
  CHECK(nothing.exitStatus != 0);
  CHECK(nothing.errors.find("cannot open the database") != std::string::npos);
  { const ServerProcess server{folder.path()}; }
  const ProgramResult unknown = reports(folder, {"nothing-of-that-name"});
  CHECK(unknown.exitStatus != 0);
  CHECK(unknown.errors.find("There is no report nothing-of-that-name") != std::string::npos);
}
