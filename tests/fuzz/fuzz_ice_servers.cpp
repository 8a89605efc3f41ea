// What a TURN service answers: whatever it is, what comes out of it is safe to give to a browser.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

#include "akbuzat/realtime/ice_server.hpp"

namespace {

using namespace akbuzat;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const std::vector<realtime::IceServer>& arranged) {
  require(realtime::arrange(arranged) == arranged);
  for (const auto& server : arranged) {
    require(!server.urls.empty() && server.username.empty() == server.credential.empty());
    for (const std::string& url : server.urls) {
      require(url.starts_with(server.credential.empty() ? "stun" : "turn"));
      require(std::ranges::all_of(url, [](char c) { return c > ' ' && c <= 'z' && c != '"' && c != '/' && c != '@'; }));
    }
  }
  for (const auto& relay : realtime::relaysOf(arranged)) require(!relay.credential.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  // A list of any form, with addresses of any form in it.
  if (const auto servers = realtime::parseIceServers(text)) check(realtime::arrange(*servers));
  check(realtime::arrange({{{text}, "u", "c"}}));
  const auto answer = realtime::readTurnServiceAnswer(https::Response{.status = 200, .headers = {}, .body = text});
  if (const auto* servers = std::get_if<0>(&answer)) {
    check(*servers);
    require(!servers->empty() && !servers->front().credential.empty());
  }
  if (const auto ttl = realtime::parseIceServersRequest(text)) require(ttl->count() > 0);
  return 0;
}
