#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "ai/provider.hpp"

using namespace akbuzat;
using namespace akbuzat::ai;
using config::AiApiStyle;
using nlohmann::json;

namespace {

constexpr const char* kOpenAi = "https://api.openai.com/v1/realtime/calls";
constexpr const char* kAzure = "https://our.openai.azure.com/openai/v1/realtime/calls?webrtcfilter=on";

config::AiSettings at(const std::string& endpoint) {
  config::AiSettings settings;
  settings.token = "the secret token";
  settings.endpoint = endpoint;
  return settings;
}

std::string header(const https::Request& request, const std::string& name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) return value;
  }
  return {};
}

https::Outcome response(unsigned status, std::string body, std::string location = {}) {
  https::Response response;
  response.status = status;
  response.body = std::move(body);
  if (!location.empty()) response.headers.emplace_back("location", std::move(location));
  return response;
}

}  // namespace

TEST_CASE("the endpoint's address says how it is asked, unless the host does", "[ai]") {
  CHECK(styleOf(at(kOpenAi)) == AiApiStyle::openai);
  // What the originals' configurations name is answered with an error today; its successor is meant.
  CHECK(styleOf(at("https://api.openai.com/v1/realtime")) == AiApiStyle::openai);
  CHECK(styleOf(at(kAzure)) == AiApiStyle::azure);
  CHECK(styleOf(at("https://eastus2.realtimeapi-preview.ai.azure.com/v1/realtimertc")) == AiApiStyle::sdp);
  CHECK(styleOf(at("https://ai.example.org/answer")) == AiApiStyle::sdp);
  CHECK(styleOf(at("https://not-azure.com.example.org/realtime/calls")) == AiApiStyle::openai);
  auto fixed = at(kOpenAi);
  fixed.style = AiApiStyle::sdp;
  CHECK(styleOf(fixed) == AiApiStyle::sdp);
}

TEST_CASE("OpenAI and Azure get a form with the offer and the session", "[ai]") {
  const std::string offer = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\n";
  const auto request = callRequest(at(kOpenAi), offer, {"Be \"kind\".\n", "ash"}, "xyz");
  CHECK(request.method == "POST");
  CHECK(request.url == kOpenAi);
  CHECK_FALSE(request.repeatable);
  CHECK(header(request, "Authorization") == "Bearer the secret token");
  CHECK(header(request, "Content-Type") == "multipart/form-data; boundary=xyz");
  const std::string head =
      "--xyz\r\nContent-Disposition: form-data; name=\"sdp\"\r\nContent-Type: application/sdp\r\n\r\n" + offer +
      "\r\n--xyz\r\nContent-Disposition: form-data; name=\"session\"\r\n"
      "Content-Type: application/json\r\n\r\n";
  REQUIRE(request.body.starts_with(head));
  const std::string tail = "\r\n--xyz--\r\n";
  REQUIRE(request.body.ends_with(tail));
  CHECK(json::parse(request.body.substr(head.size(), request.body.size() - head.size() - tail.size())) ==
        json{{"type", "realtime"},
             {"model", "gpt-realtime"},
             {"instructions", "Be \"kind\".\n"},
             {"audio", {{"output", {{"voice", "ash"}}}}}});

  auto azure = at(kAzure);
  azure.model = "our-deployment";
  const auto atAzure = callRequest(azure, offer, {}, "xyz");
  CHECK(atAzure.url == kAzure);
  CHECK(header(atAzure, "api-key") == "the secret token");
  CHECK(header(atAzure, "Authorization").empty());
  CHECK(atAzure.body.find(R"({"model":"our-deployment","type":"realtime"})") != std::string::npos);

  CHECK(callRequest(at("https://api.openai.com/v1/realtime?a=b"), offer, {}, "x").url ==
        "https://api.openai.com/v1/realtime/calls?a=b");
}

TEST_CASE("the old form is a bare offer; what the address asks for already stays", "[ai]") {
  auto settings = at("https://ai.example.org/rtc?api-version=1");
  settings.model = "m 1";
  const auto request = callRequest(settings, "v=0\r\n", {"Be kind & short", "ash"}, "unused");
  CHECK(request.url ==
        "https://ai.example.org/rtc?api-version=1&voice=ash&instructions=Be%20kind%20%26%20short&model=m%201");
  CHECK(request.body == "v=0\r\n");
  CHECK(header(request, "Content-Type") == "application/sdp");
  CHECK(header(request, "Authorization") == "Bearer the secret token");
  CHECK(callRequest(at("https://x.ai.azure.com/v1/realtimertc?model=d"), "v=0\r\n", {}, "unused").url ==
        "https://x.ai.azure.com/v1/realtimertc?model=d");
}

TEST_CASE("an answer is an SDP, and its Location is where to hang up", "[ai]") {
  const auto answered = [](const char* endpoint, unsigned status, const std::string& location) {
    const auto understood = understand(at(endpoint), response(status, "v=0\r\n", location));
    REQUIRE(std::holds_alternative<Answered>(understood));
    CHECK(std::get<Answered>(understood).answer == "v=0\r\n");
    return std::get<Answered>(understood).hangUpUrl;
  };
  CHECK(answered(kOpenAi, 201, "/v1/realtime/calls/rtc_1") == "https://api.openai.com/v1/realtime/calls/rtc_1/hangup");
  CHECK(answered(kOpenAi, 200, "https://api.openai.com/v1/realtime/calls/rtc_1?x=y") ==
        "https://api.openai.com/v1/realtime/calls/rtc_1/hangup");
  CHECK(answered(kOpenAi, 201, "").empty());
  // The token goes to nobody else.
  CHECK(answered(kOpenAi, 201, "https://evil.example.org/calls/1").empty());
  CHECK(answered(kOpenAi, 201, "https://api.openai.com.evil.example.org/calls/1").empty());
  CHECK(answered(kOpenAi, 201, "//evil.example.org/calls/1").empty());
}

TEST_CASE("what is no answer is a failure that people can be told", "[ai]") {
  const auto failure = [](const https::Outcome& outcome) {
    const auto understood = understand(at(kOpenAi), outcome);
    REQUIRE(std::holds_alternative<room::AiFailure>(understood));
    return std::get<room::AiFailure>(understood);
  };
  CHECK(failure(https::Failure::timeout) == room::AiFailure::provider);
  CHECK(failure(response(401, R"({"error":{"code":"invalid_api_key"}})")) == room::AiFailure::refused);
  CHECK(failure(response(403, "")) == room::AiFailure::refused);
  CHECK(failure(response(400, R"({"error":{"code":"beta_api_shape_disabled","message":7}})")) ==
        room::AiFailure::provider);
  CHECK(failure(response(500, "<html>")) == room::AiFailure::provider);
  CHECK(failure(response(201, "{}")) == room::AiFailure::provider);
  CHECK(failure(response(201, "v=0" + std::string(100'000, 'x'))) == room::AiFailure::provider);
}

TEST_CASE("a call has been hung up when the provider says so, or does not know it", "[ai]") {
  for (const unsigned status : {200U, 204U, 404U, 410U}) CHECK(hasHungUp(response(status, "")));
  for (const unsigned status : {401U, 403U, 408U, 429U, 500U, 503U}) CHECK_FALSE(hasHungUp(response(status, "")));
  CHECK_FALSE(hasHungUp(https::Failure::unreachable));
  const auto request = hangUpRequest(at(kAzure), "https://our.openai.azure.com/openai/v1/realtime/calls/1/hangup");
  CHECK(request.method == "POST");
  CHECK(request.repeatable);
  CHECK(header(request, "api-key") == "the secret token");
}
