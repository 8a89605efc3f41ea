// kill -9 at any moment loses no report that somebody was told is stored.

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "support/http_client.hpp"
#include "support/https_upstream.hpp"
#include "support/server_process.hpp"
#include "support/temporary_folder.hpp"

using namespace akbuzat::test;

namespace {

constexpr int kRounds = 12;
constexpr int kReports = 4;

/// The whole word, so that "report-1" is not found in "report-11".
bool tells(const UpstreamRequest& request, const std::string& word) {
  return request.body.find("\"" + word + "\"") != std::string::npos;
}

}  // namespace

TEST_CASE("kill -9 between storing, sending and forgetting loses no report") {
  const TemporaryFolder folder;
  std::mt19937 random{20'26};
  HttpsUpstream chat(
      [](const UpstreamRequest&) {
        UpstreamAnswer answer;
        answer.delay = std::chrono::milliseconds{5};
        return answer;
      },
      HttpsUpstream::Certificate::none);
  const std::map<std::string, std::string> settings{{"FEEDBACK_URL", chat.url("/hook")}};
  std::string cookie;
  std::vector<std::string> told;
  for (int round = 0; round < kRounds; ++round) {
    ServerProcess server{folder.path(), settings};
    if (cookie.empty()) cookie = takeName(server.port(), "Person");
    const int count = 1 + static_cast<int>(random() % kReports);
    for (int i = 0; i < count; ++i) {
      const std::string word = "report-" + std::to_string(round) + "-" + std::to_string(i);
      const auto answer = request(server.port(), "POST", "/api/bugReport",
                                  {{"Cookie", cookie}, {"Content-Type", "application/x-www-form-urlencoded"}},
                                  "info=%7B%7D&description=" + word);
      REQUIRE(answer.status == 200);
      told.push_back(word);
    }
    // Anywhere between the first card's being sent and the last one's being forgotten.
    std::this_thread::sleep_for(std::chrono::milliseconds{random() % 15});
    server.kill();
  }
  const ServerProcess server{folder.path(), settings};
  for (const std::string& word : told) {
    INFO(word);
    // One more can come only while something is left; the wait for it fails after half a minute.
    std::vector<UpstreamRequest> requests = chat.requests();
    while (std::ranges::none_of(requests, [&](const UpstreamRequest& each) { return tells(each, word); }))
      requests = chat.waitForRequests(requests.size() + 1);
  }
}
