// The Realtime API as the web client sees it (protocol C): sessions of rooms, each locked to the person who opened it.

#include <chrono>
#include <functional>
#include <utility>
#include <variant>

#include "akbuzat/realtime/json.hpp"
#include "http/form.hpp"
#include "http/lock_cookie.hpp"
#include "http/media_refusal.hpp"
#include "http/realtime_calls.hpp"
#include "http/site.hpp"

namespace akbuzat::http {
namespace {

using std::chrono::system_clock;

/// Identifiers of meetings are UUIDs; nothing longer is looked up.
constexpr std::size_t kMaxMeetingId = 36;

Response unauthorized() { return textResponse(401, "unauthorized"); }

MediaLock newLock(std::string session, std::string room) {
  return {std::move(session), std::move(room),
          std::chrono::floor<std::chrono::seconds>(system_clock::now() + LockCookie::kLifetime)};
}

/// A refusal of a new session: text that is not JSON, with a status over 400, or the newest media client would go on
/// with a session called "undefined" (protocol C.3).
Response noSession(const realtime::Error& error) {
  const unsigned status = realtime::statusOf(error.code);
  return textResponse(status > 400 ? status : 503, error.description);
}

realtime::Result<std::string> notEntered() {
  return realtime::Error{realtime::ErrorCode::notFound, "You have not entered this meeting."};
}

void openSession(const Site& site, const Request& request, Responder responder) {
  if (refuseForeignOrigin(request, site.config)) return responder(textResponse(403, "foreign origin"));
  if (!request.identity) return responder(unauthorized());
  std::string meeting = formValue(request.query, "correlationId").value_or("");
  if (meeting.empty() || meeting.size() > kMaxMeetingId) return responder(textResponse(404, "unknown meeting"));

  const std::string& owner = request.identity->owner;
  const bool secure = request.https;
  // Nothing below knows the site: rooms and realtime may answer when it has gone.
  auto opened = [answer = answerBy(std::move(responder)), lockCookie = site.lockCookie, owner, secure,
                 superfluous = site.lockCookie.superfluous(request.headers, owner, system_clock::now())](
                    const std::string& room, realtime::Result<std::string> result) {
    if (const auto* error = std::get_if<realtime::Error>(&result)) return answer(noSession(*error));
    auto& session = std::get<std::string>(result);
    Response response = jsonResponse(201, realtime::writeSession(session));
    for (const std::string& old : superfluous) response.add("Set-Cookie", LockCookie::clear(old, secure));
    response.add("Set-Cookie", lockCookie.set(newLock(std::move(session), room), owner, secure));
    answer(std::move(response));
  };
  site.rooms.admitMedia(
      meeting, owner,
      [&rooms = site.rooms, &realtime = site.realtime, meeting, owner,
       opened = std::move(opened)](const std::optional<room::MediaAdmission>& admission) {
        if (!admission) return opened("", notEntered());
        auto made = [&rooms, meeting, owner, opened,
                     room = admission->room.value()](realtime::Result<std::string> result) {
          if (std::holds_alternative<realtime::Error>(result)) return opened(room, std::move(result));
          // Whoever has left since has had their sessions ended, but perhaps not this one. Without its lock nobody can
          // use it, and it ends as every session does that nothing connects to.
          rooms.admitMedia(
              meeting, owner,
              [opened, room, result = std::move(result)](const std::optional<room::MediaAdmission>& still) mutable {
                opened(room, still ? std::move(result) : notEntered());
              });
        };
        realtime.newSession(realtime::Scope::ofRoom(admission->room.value(), admission->shard), owner, std::move(made));
      });
}

using Call = std::function<void(const MediaSession&, std::string_view body, Answer)>;

Response refuseWithoutLock(const Request& request) {
  return refuseMediaCall(request, 401, {realtime::ErrorCode::unauthorized, "You have not opened this session."});
}

/// A call on a session that the request holds the lock of.
void callLocked(const Site& site, const Request& request, Responder responder, const Call& call) {
  if (refuseForeignOrigin(request, site.config)) {
    return responder(refuseMediaCall(
        request, 403, {realtime::ErrorCode::unauthorized, "Requests from pages of other sites are not taken."}));
  }
  if (!request.identity) return responder(refuseWithoutLock(request));
  const std::string& owner = request.identity->owner;
  const auto now = system_clock::now();
  auto lock = site.lockCookie.find(request.headers, request.session, owner, now);
  if (!lock) return responder(refuseWithoutLock(request));

  Answer answer = answerBy(std::move(responder));
  if (lock->expires - now < LockCookie::kLifetime / 2) {
    std::string renewed = site.lockCookie.set(newLock(lock->session, lock->room), owner, request.https);
    answer = [answer, renewed = std::move(renewed)](Response response) {
      response.add("Set-Cookie", renewed);
      answer(std::move(response));
    };
  }
  const util::ShardIndex shard = site.rooms.shardOf(room::RoomName{lock->room});
  call({site.realtime, realtime::Scope::ofRoom(lock->room, shard), std::move(lock->session)}, request.body,
       std::move(answer));
}

void newTracks(const MediaSession& session, std::string_view body, Answer answer) {
  callNewTracks(session, body, TracksFailure::ofTheMediaClient, std::move(answer));
}

}  // namespace

void addPartytracks(Router& router, const Site& site) {
  router.add("POST", kMediaSessionsPath, [&site](const Request& request, Responder responder) {
    openSession(site, request, std::move(responder));
  });
  router.add("GET", "/partytracks/generate-ice-servers", [](const Request& request, Responder responder) {
    responder(request.identity ? noIceServers(200) : unauthorized());
  });
  const auto locked = [&](std::string_view method, std::string_view path, Call call) {
    router.add(method, path, [&site, call = std::move(call)](const Request& request, Responder responder) {
      callLocked(site, request, std::move(responder), call);
    });
  };
  locked("POST", "/partytracks/sessions/{session}/tracks/new", newTracks);
  locked("PUT", "/partytracks/sessions/{session}/renegotiate", callRenegotiate);
  locked("PUT", "/partytracks/sessions/{session}/tracks/update", callUpdateTracks);
  locked("PUT", "/partytracks/sessions/{session}/tracks/close", callCloseTracks);
  // Nothing else below it is a room or a page.
  for (const char* method : {"GET", "POST", "PUT"}) {
    router.add(method, "/partytracks/*", [](const Request&, Responder responder) {
      responder(jsonError(404, "not_found", "There is nothing at this address."));
    });
  }
}

}  // namespace akbuzat::http
