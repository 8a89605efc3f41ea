#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "akbuzat/util/base64.hpp"
#include "http/user_directory.hpp"

using namespace akbuzat;
using http::readDirectoryEntry;
using nlohmann::json;

namespace {

const std::string kPng = std::string{"\x89PNG\r\n\x1A\n"} + "picture";
const std::string kJpeg = "\xFF\xD8\xFF\xE0picture";

json entry(const std::string& photo) {
  return {{"firstName", "Айгуль"}, {"lastName", "Ахметова"}, {"photob64", photo}, {"timeZone", "Asia/Yekaterinburg"}};
}

}  // namespace

TEST_CASE("a directory's entry is read with its photo") {
  const auto png = readDirectoryEntry(entry(util::base64Encode(kPng)).dump());
  REQUIRE(png);
  CHECK(png->firstName == "Айгуль");
  CHECK(png->lastName == "Ахметова");
  CHECK(png->timeZone == "Asia/Yekaterinburg");
  CHECK(png->photo == "data:image/png;base64," + util::base64Encode(kPng));
  const auto jpeg = readDirectoryEntry(entry(util::base64Encode(kJpeg)).dump());
  REQUIRE(jpeg);
  CHECK(jpeg->photo == "data:image/jpeg;base64," + util::base64Encode(kJpeg));
}

TEST_CASE("what is no photo is left out, the name stays") {
  for (const std::string& photo :
       {std::string{}, std::string{"%%%"}, util::base64Encode(std::string{"<svg onload=alert(1)>"}),
        util::base64Encode(kPng + std::string(70'000, 'x')), "\"><script>" + util::base64Encode(kPng)}) {
    const auto found = readDirectoryEntry(entry(photo).dump());
    REQUIRE(found);
    CHECK(found->photo.empty());
  }
}

TEST_CASE("an answer without a name is none") {
  for (const char* text :
       {"", "null", "[]", "{}", R"({"firstName":7})", R"({"firstName":"  ","lastName":""})", "<html>"})
    CHECK_FALSE(readDirectoryEntry(text));
  CHECK_FALSE(readDirectoryEntry(std::string(100, '[')));
  const auto odd = readDirectoryEntry(R"({"firstName":"A","lastName":"a\u202eb","timeZone":"<b>"})");
  REQUIRE(odd);
  CHECK(odd->lastName.empty());
  CHECK(odd->timeZone.empty());
}
