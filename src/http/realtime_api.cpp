// The Realtime API as other programs see it (protocol D): this server as an SFU of their own, under one app.

#include <functional>
#include <utility>
#include <variant>

#include "akbuzat/realtime/json.hpp"
#include "akbuzat/util/hmac.hpp"
#include "http/form.hpp"
#include "http/realtime_calls.hpp"
#include "http/site.hpp"
#include "http/text.hpp"

namespace akbuzat::http {
namespace {

using realtime::Error;
using realtime::ErrorCode;

/// Whether the request has the app's secret as a bearer token (RFC 6750 section 2.1).
bool bringsSecret(const Request& request, const config::Config& config) {
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view value = request.headers.get("Authorization");
  if (value.size() < kScheme.size() || !equalIgnoringCase(value.substr(0, kScheme.size()), kScheme)) return false;
  return util::equalInConstantTime(trim(value.substr(kScheme.size())), config.realtimeAppSecret);
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
  if (formValue(request.query, "thirdparty") == "true")
    return answer(realtimeError({ErrorCode::invalidParams, "Sessions with thirdparty=true are not served."}));
  site.realtime.newSession(scopeOf(site.config), "", [answer](realtime::Result<std::string> result) {
    if (const auto* error = std::get_if<Error>(&result)) return answer(realtimeError(*error));
    answer(jsonResponse(201, realtime::writeSession(std::get<std::string>(result))));
  });
}

void newTracks(const MediaSession& session, std::string_view body, Answer answer) {
  callNewTracks(session, body, TracksFailure::ofTheApi, std::move(answer));
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
  call("POST", "/tracks/new", newTracks);
  call("PUT", "/renegotiate", callRenegotiate);
  call("PUT", "/tracks/close", callCloseTracks);
  call("PUT", "/tracks/update", callUpdateTracks);
  call("POST", "/datachannels/establish", noDataChannels);
  call("POST", "/datachannels/new", noDataChannels);
  call("PUT", "/datachannels/update", noDataChannels);
  call("PUT", "/datachannels/close", noDataChannels);
  // The key is the app. What is handed out has no credential, so the body, which is its lifetime, is not read.
  guarded("POST", "/v1/turn/keys/{app}/credentials/generate-ice-servers",
          [](const Request&, const Answer& answer) { answer(noIceServers(201)); });
  for (const char* path : {"/v1/apps/*", "/v1/turn/*"}) {
    for (const char* method : {"GET", "POST", "PUT"}) {
      router.add(method, path, [](const Request&, Responder responder) {
        responder(realtimeError({ErrorCode::notFound, "There is nothing at this address."}));
      });
    }
  }
}

}  // namespace akbuzat::http
