#include <chrono>
#include <string>
#include <variant>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "akbuzat/util/hmac.hpp"
#include "http/access_token.hpp"
#include "support/access_signer.hpp"

using namespace akbuzat;
using http::AccessClaims;
using http::AccessKeys;
using http::TokenFault;
using nlohmann::json;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using test::AccessSigner;

namespace {

constexpr sys_seconds kNow{seconds{1'800'000'000}};
const http::AccessRules kRules{"https://team.cloudflareaccess.com", "tag"};

std::int64_t at(int fromNow) { return (kNow + seconds{fromNow}).time_since_epoch().count(); }

json claims(const json& changes = json::object()) {
  json all{{"iss", kRules.issuer},     {"aud", json::array({"other", kRules.audience})},
           {"exp", at(3600)},          {"nbf", at(-10)},
           {"email", "a@example.org"}, {"sub", "some-id"}};
  all.merge_patch(changes);
  return all;
}

struct Keys {
  AccessSigner rsa{AccessSigner::Kind::rsa, "r1"};
  AccessSigner elliptic{AccessSigner::Kind::elliptic, "e1"};
  std::optional<AccessKeys> set = AccessKeys::parse(json{{"keys", json::array({rsa.jwk(), elliptic.jwk()})}}.dump());
};

/// Making an RSA key takes a while.
const Keys& keys() {
  static const Keys made;
  return made;
}

std::variant<AccessClaims, TokenFault> verify(const std::string& token) {
  return http::verifyAccessToken(token, *keys().set, kRules, kNow);
}

std::optional<TokenFault> faultOf(const std::string& token) {
  const auto result = verify(token);
  const auto* fault = std::get_if<TokenFault>(&result);
  return fault == nullptr ? std::nullopt : std::optional{*fault};
}

}  // namespace

TEST_CASE("a token with a good signature names its visitor") {
  const AccessSigner& signer = GENERATE(0, 1) == 0 ? keys().rsa : keys().elliptic;
  const auto result = verify(signer.sign(claims()));
  const auto* found = std::get_if<AccessClaims>(&result);
  REQUIRE(found);
  CHECK(found->email == "a@example.org");
  CHECK(found->expires == kNow + seconds{3600});
}

TEST_CASE("an audience may be a text, and clocks may differ a little") {
  const json change = GENERATE(json{{"aud", "tag"}}, json{{"exp", at(-29)}}, json{{"nbf", at(29)}},
                               json{{"nbf", nullptr}}, json{{"exp", 1'800'003'600.5}});
  CHECK_FALSE(faultOf(keys().elliptic.sign(claims(change))));
}

TEST_CASE("claims that do not fit are not believed") {
  const auto [change, fault] = GENERATE(table<json, TokenFault>({
      {{{"iss", "https://other.cloudflareaccess.com"}}, TokenFault::wrongIssuer},
      {{{"iss", "https://team.cloudflareaccess.com/"}}, TokenFault::wrongIssuer},
      {{{"iss", nullptr}}, TokenFault::wrongIssuer},
      {{{"aud", "other"}}, TokenFault::wrongAudience},
      {{{"aud", json::array()}}, TokenFault::wrongAudience},
      {{{"aud", json::array({7, "ta"})}}, TokenFault::wrongAudience},
      {{{"aud", nullptr}}, TokenFault::wrongAudience},
      {{{"aud", {{"tag", true}}}}, TokenFault::wrongAudience},
      {{{"exp", at(-30)}}, TokenFault::expired},
      {{{"exp", nullptr}}, TokenFault::malformed},
      {{{"exp", "1800003600"}}, TokenFault::malformed},
      {{{"exp", 1e300}}, TokenFault::malformed},
      {{{"exp", -1}}, TokenFault::malformed},
      {{{"nbf", at(31)}}, TokenFault::notYetValid},
      {{{"nbf", "soon"}}, TokenFault::malformed},
      {{{"email", nullptr}}, TokenFault::noName},
      {{{"email", ""}}, TokenFault::noName},
      {{{"email", "a\u202Eb"}}, TokenFault::noName},
  }));
  INFO(change.dump());
  CHECK(faultOf(keys().elliptic.sign(claims(change))) == fault);
}

TEST_CASE("only the ways of signing that Access has are known") {
  const Keys& k = keys();
  const auto header = [](const char* algorithm, const char* key) { return json{{"alg", algorithm}, {"kid", key}}; };
  const std::string good = k.rsa.sign(claims());
  const std::string both = good.substr(0, good.rfind('.'));

  SECTION("none") {
    for (const char* none : {"none", "None", "NONE", ""}) {
      const std::string unsigned_ = AccessSigner::unsignedToken(header(none, "r1"), claims());
      CHECK(faultOf(unsigned_ + ".") == TokenFault::wrongAlgorithm);
    }
  }
  SECTION("an HMAC with the public key for a secret") {
    const std::string text = AccessSigner::unsignedToken(header("HS256", "r1"), claims());
    const auto mac = util::hmacSha256(k.rsa.publicPem(), text);
    CHECK(faultOf(text + "." + AccessSigner::base64Url({mac.begin(), mac.end()})) == TokenFault::wrongAlgorithm);
  }
  SECTION("the other kind of key") {
    CHECK(faultOf(k.elliptic.sign(claims(), header("RS256", "e1"))) == TokenFault::wrongAlgorithm);
    CHECK(faultOf(k.rsa.sign(claims(), header("ES256", "r1"))) == TokenFault::wrongAlgorithm);
  }
  SECTION("what must be understood") {
    json critical = header("RS256", "r1");
    critical["crit"] = json::array({"b64"});
    CHECK(faultOf(k.rsa.sign(claims(), critical)) == TokenFault::wrongAlgorithm);
  }
  SECTION("no key of that name") {
    CHECK(faultOf(k.rsa.sign(claims(), header("RS256", "r2"))) == TokenFault::unknownKey);
    CHECK(faultOf(k.rsa.sign(claims(), json{{"alg", "RS256"}})) == TokenFault::unknownKey);
  }
  SECTION("another key of that name") {
    const AccessSigner imitation{AccessSigner::Kind::elliptic, "e1"};
    CHECK(faultOf(imitation.sign(claims())) == TokenFault::badSignature);
  }
  SECTION("other claims under the signature") {
    const std::string other = AccessSigner::unsignedToken(header("RS256", "r1"), claims({{"email", "b@example.org"}}));
    CHECK(faultOf(other + good.substr(good.rfind('.'))) == TokenFault::badSignature);
  }
  SECTION("an elliptic signature of another form") {
    const std::string token = k.elliptic.sign(claims());
    const std::string text = token.substr(0, token.rfind('.'));
    for (const std::size_t size : {0U, 1U, 63U, 65U, 72U})
      CHECK(faultOf(text + "." + AccessSigner::base64Url(std::string(size, '\x30'))) == TokenFault::badSignature);
    CHECK(faultOf(text + "." + AccessSigner::base64Url(std::string(64, '\0'))) == TokenFault::badSignature);
  }
  SECTION("no signature at all") { CHECK(faultOf(both + ".") == TokenFault::badSignature); }
}

TEST_CASE("garbage is no token") {
  const std::string good = keys().elliptic.sign(claims());
  const std::string payload = good.substr(good.find('.'));
  for (const std::string& token :
       {std::string{}, std::string{"."}, std::string{".."}, std::string{"..."}, std::string{"a.b"}, good + ".",
        "x" + good, "!" + good, good + "=", AccessSigner::base64Url("[]") + payload,
        AccessSigner::base64Url(std::string(100, '[')) + payload, std::string(1'000'000, '.'),
        std::string(20'000, 'a') + ".b.c"}) {
    INFO(token.substr(0, 80));
    CHECK(faultOf(token) == TokenFault::malformed);
  }
  CHECK(faultOf(AccessSigner::base64Url("{}") + payload) == TokenFault::wrongAlgorithm);
  CHECK(faultOf(AccessSigner::base64Url(R"({"alg":7,"kid":[]})") + payload) == TokenFault::wrongAlgorithm);
}

TEST_CASE("a set of keys is taken as far as it can be used") {
  const json rsa = keys().rsa.jwk();
  const json elliptic = keys().elliptic.jwk();
  const auto with = [](json jwk, const json& change) {
    jwk.merge_patch(change);
    return json{{"keys", json::array({jwk})}}.dump();
  };
  CHECK(AccessKeys::parse(with(rsa, json::object())));
  CHECK(AccessKeys::parse(with(elliptic, json::object())));
  for (const std::string& text :
       {std::string{}, std::string{"null"}, std::string{"{}"}, std::string{R"({"keys":{}})"},
        std::string{R"({"keys":[]})"}, std::string{R"({"keys":[7,{}]})"}, with(rsa, {{"kid", nullptr}}),
        with(rsa, {{"kty", "oct"}}), with(rsa, {{"n", "AQAB"}}), with(rsa, {{"e", ""}}), with(rsa, {{"n", "=="}}),
        with(elliptic, {{"crv", "P-384"}}), with(elliptic, {{"x", "AAAA"}}),
        // Not a point of the curve.
        with(elliptic, {{"x", std::string(43, 'A')}, {"y", std::string(43, 'A')}})}) {
    INFO(text.substr(0, 200));
    CHECK_FALSE(AccessKeys::parse(text));
  }
  const auto some = AccessKeys::parse(json{{"keys", json::array({json{{"kty", "oct"}}, elliptic})}}.dump());
  REQUIRE(some);
  CHECK(some->find("e1") != nullptr);
  CHECK(some->find("r1") == nullptr);
}

TEST_CASE("an expiry is read without belief, and never throws") {
  CHECK(http::claimedExpiry(AccessSigner::unsignedToken({}, {{"exp", 5}}) + ".x") == sys_seconds{seconds{5}});
  for (const char* token : {"", "a", "a.b.c", "..", "a.e30.c", "a.eyJleHAiOiJ4In0.c", "a.bnVsbA.c", "a.%%%.c"})
    CHECK_FALSE(http::claimedExpiry(token));
}
