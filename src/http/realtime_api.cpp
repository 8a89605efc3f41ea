// The Realtime API as other programs see it (protocol D): this server as an SFU of their own, under one app.

#include <functional>
#include <utility>
#include <variant>

#include "akbuzat/realtime/ice_servers.hpp"
#include "akbuzat/realtime/json.hpp"
#include "akbuzat/util/hmac.hpp"
#include "akbuzat/util/text.hpp"
#include "http/form.hpp"
#include "http/realtime_calls.hpp"
#include "http/site.hpp"

namespace akbuzat::http {
namespace {

using realtime::Error;
using realtime::ErrorCode;

/// Whether the request has the app's secret as a bearer token (RFC 6750 section 2.1).
bool bringsSecret(const Request& request, const config::Config& config) {
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view value = request.headers.get("Authorization");
  if (value.size() < kScheme.size() || !util::equalIgnoringCase(value.substr(0, kScheme.size()), kScheme)) return false;
  return util::equalInConstantTime(util::trim(value.substr(kScheme.size())), config.realtimeAppSecret);
}

/// Why the request may not use the app that its path names.
std::optional<Response> refuseStranger(const Request& request, const config::Config& config) {
  if (!bringsSecret(request, config))
    return realtimeError({ErrorCode::unauthorized, "Authorization must be Bearer and the app's secret."});
  if (request.app != config.realtimeAppId) return realtimeError({ErrorCode::notFound, "There is no such app."});
  return std::nullopt;
}

/// An app's media is on one shard, as a room's is.
realtime::Scope scopeOf(const config::Config& config) {
  return realtime::Scope::ofApp(config.realtimeAppId, std::hash<std::string>{}(config.realtimeAppId) % config.shards);
}

void openSession(const Site& site, const Request& request, const Answer& answer) {
  const auto kind = formValue(request.query, "thirdparty") == "true" ? realtime::SessionKind::thirdParty
                                                                     : realtime::SessionKind::client;
  site.realtime.newSession(scopeOf(site.config), "", kind, [answer](realtime::Result<std::string> result) {
    if (const auto* error = std::get_if<Error>(&result)) return answer(realtimeError(*error));
    answer(jsonResponse(201, realtime::writeSession(std::get<std::string>(result))));
  });
}

void generateIceServers(const Site& site, const Request& request, const Answer& answer) {
  const auto ttl = realtime::parseIceServersRequest(request.body);
  if (!ttl) return answer(realtimeError({ErrorCode::decodingError, "ttl must be a number of seconds."}));
  site.iceServers.forProgram(*ttl, [answer](realtime::IceServerList list) {
    answer(jsonResponse(201, realtime::writeIceServers(realtime::relaysOf(std::move(list.servers)))));
  });
}

void noDataChannels(const MediaSession&, std::string_view, const Answer& answer) {
  answer(realtimeError({ErrorCode::invalidParams, "Data channels are not served."}));
}

}  // namespace

void addRealtimeApi(Router& router, const Site& site) {
  if (site.config.realtimeAppId.empty()) return;
  using Work = std::function<void(const Request&, const Answer&)>;
  const auto guarded = [&](std::string_view method, std::string_view path, Work work) {
    router.add(method, path, [&site, work = std::move(work)](const Request& request, Responder responder) {
      if (auto refusal = refuseStranger(request, site.config)) return responder(std::move(*refusal));
      work(request, answerBy(std::move(responder)));
    });
  };
  guarded("POST", "/v1/apps/{app}/sessions/new",
          [&site](const Request& request, const Answer& answer) { openSession(site, request, answer); });
  using Call = std::function<void(const MediaSession&, std::string_view body, Answer)>;
  const auto call = [&](std::string_view method, const std::string& path, Call make) {
    guarded(method, "/v1/apps/{app}/sessions/{session}" + path,
            [&site, make = std::move(make)](const Request& request, const Answer& answer) {
              make({site.realtime, scopeOf(site.config), request.session}, request.body, answer);
            });
  };
  call("GET", "",
       [](const MediaSession& session, std::string_view, Answer answer) { callState(session, std::move(answer)); });
  call("POST", "/tracks/new", callNewTracks);
  call("PUT", "/renegotiate", callRenegotiate);
  call("PUT", "/tracks/close", callCloseTracks);
  call("PUT", "/tracks/update", callUpdateTracks);
  call("POST", "/datachannels/establish", noDataChannels);
  call("POST", "/datachannels/new", noDataChannels);
  call("PUT", "/datachannels/update", noDataChannels);
  call("PUT", "/datachannels/close", noDataChannels);
  // The key is the app.
  guarded("POST", "/v1/turn/keys/{app}/credentials/generate-ice-servers",
          [&site](const Request& request, const Answer& answer) { generateIceServers(site, request, answer); });
  for (const char* path : {"/v1/apps/*", "/v1/turn/*"}) {
    for (const char* method : {"GET", "POST", "PUT"}) {
      router.add(method, path, [](const Request&, Responder responder) {
        responder(realtimeError({ErrorCode::notFound, "There is nothing at this address."}));
      });
    }
  }
}

}  // namespace akbuzat::http
