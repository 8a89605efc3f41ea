// The Realtime API as the web client sees it (protocol C): sessions of rooms, each locked to the person who opened it.

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "akbuzat/realtime/json.hpp"
#include "http/form.hpp"
#include "http/lock_cookie.hpp"
#include "http/media_refusal.hpp"
#include "http/realtime_calls.hpp"
#include "http/site.hpp"

namespace akbuzat::http {
namespace {

using std::chrono::system_clock;

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

/// A session that is being opened for somebody. Nothing of it knows the site: rooms and realtime may answer when it has
/// gone.
class Opening : public std::enable_shared_from_this<Opening> {
 public:
  Opening(const Site& site, const Request& request, std::string meeting, Answer answer)
      : rooms_(site.rooms),
        realtime_(site.realtime),
        lockCookie_(site.lockCookie),
        owner_(request.identity->owner),
        meeting_(std::move(meeting)),
        secure_(request.https),
        present_(site.lockCookie.present(request.headers, owner_, system_clock::now())),
        answer_(std::move(answer)) {}

  void start() {
    rooms_.admitMedia(meeting_, owner_, [self = shared_from_this()](const auto& admission) {
      if (!admission) return self->answer_(noSession(kNotEntered));
      self->open(*admission);
    });
  }

 private:
  static inline const realtime::Error kNotEntered{realtime::ErrorCode::notFound, "You have not entered this meeting."};

  void open(const room::MediaAdmission& admission) {
    realtime_.newSession(realtime::Scope::ofRoom(admission.room.value(), admission.shard), owner_,
                         realtime::SessionKind::client,
                         [self = shared_from_this(), room = admission.room](realtime::Result<std::string> result) {
                           if (const auto* error = std::get_if<realtime::Error>(&result))
                             return self->answer_(noSession(*error));
                           self->opened(newLock(std::move(std::get<std::string>(result)), room.value()));
                         });
  }

  void opened(MediaLock lock) {
    // Whoever has left since has had their sessions ended, but perhaps not this one. Without its lock nobody can
    // use it, and it ends as every session does that nothing connects to.
    rooms_.admitMedia(meeting_, owner_, [self = shared_from_this(), lock = std::move(lock)](const auto& still) {
      if (!still) return self->answer_(noSession(kNotEntered));
      self->lookThroughLocks(lock);
    });
  }

  /// A browser that reconnects for hours, or has many pages open, must not lose the lock of a session that it uses.
  void lookThroughLocks(const MediaLock& added) {
    std::vector<room::RoomSession> locked;
    for (const MediaLock& lock : present_.locks) locked.push_back({room::RoomName{lock.room}, lock.session});
    rooms_.livingSessions(std::move(locked), owner_,
                          [self = shared_from_this(), added](const std::vector<room::RoomSession>& living) {
                            self->finish(added, living);
                          });
  }

  void finish(const MediaLock& added, const std::vector<room::RoomSession>& living) {
    std::vector<std::string> cleared = std::move(present_.useless);
    const auto lives = [&living](const MediaLock& lock) {
      return std::ranges::find(living, lock.session, &room::RoomSession::session) != living.end();
    };
    for (const MediaLock& lock : present_.locks) {
      if (!lives(lock)) cleared.push_back(lock.session);
    }
    std::erase_if(present_.locks, std::not_fn(lives));
    for (std::string& session : lockCookie_.crowdedOut(std::move(present_.locks), added, owner_))
      cleared.push_back(std::move(session));

    Response response = jsonResponse(201, realtime::writeSession(added.session));
    for (const std::string& session : cleared) response.add("Set-Cookie", LockCookie::clear(session, secure_));
    response.add("Set-Cookie", lockCookie_.set(added, owner_, secure_));
    answer_(std::move(response));
  }

  room::RoomDirectory& rooms_;
  realtime::Realtime& realtime_;
  const LockCookie lockCookie_;
  const std::string owner_;
  const std::string meeting_;
  const bool secure_;
  LockCookie::Present present_;
  Answer answer_;
};

void openSession(const Site& site, const Request& request, Responder responder) {
  if (refuseForeignOrigin(request, site.config)) return responder(textResponse(403, "foreign origin"));
  if (!request.identity) return responder(unauthorized());
  std::string meeting = formValue(request.query, "correlationId").value_or("");
  if (meeting.empty() || meeting.size() > kMaxMeetingId) return responder(textResponse(404, "unknown meeting"));
  std::make_shared<Opening>(site, request, std::move(meeting), answerBy(std::move(responder)))->start();
}

/// Who makes a call on a session, and of which room it is.
struct Caller {
  room::RoomName room;
  std::string owner;
};

using Call = std::function<void(const MediaSession&, const Caller&, std::string_view body, Answer)>;

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
  call({site.realtime, realtime::Scope::ofRoom(lock->room, shard), std::move(lock->session)},
       {room::RoomName{lock->room}, owner}, request.body, std::move(answer));
}

}  // namespace

void addPartytracks(Router& router, const Site& site) {
  router.add("POST", kMediaSessionsPath, [&site](const Request& request, Responder responder) {
    openSession(site, request, std::move(responder));
  });
  const auto locked = [&](std::string_view method, std::string_view path, Call call) {
    router.add(method, path, [&site, call = std::move(call)](const Request& request, Responder responder) {
      callLocked(site, request, std::move(responder), call);
    });
  };
  // Old clients push in the lobby already; but nobody hears or sees a call who is not seen in it.
  const auto ifJoined = [&rooms = site.rooms](auto call) {
    return [&rooms, call](const MediaSession& session, const Caller& caller, std::string_view body, Answer answer) {
      call(
          session, body,
          [&rooms, &caller](auto handler) { rooms.whetherJoined(caller.room, caller.owner, std::move(handler)); },
          std::move(answer));
    };
  };
  locked("POST", "/partytracks/sessions/{session}/tracks/new", ifJoined(callNewTracksOfPage));
  locked("PUT", "/partytracks/sessions/{session}/tracks/update", ifJoined(callUpdateTracksOfPage));
  const auto anybody = [](auto call) {
    return [call](const MediaSession& session, const Caller&, std::string_view body, Answer answer) {
      call(session, body, std::move(answer));
    };
  };
  locked("PUT", "/partytracks/sessions/{session}/renegotiate", anybody(callRenegotiate));
  locked("PUT", "/partytracks/sessions/{session}/tracks/close", anybody(callCloseTracks));
  // Nothing else below it is a room or a page.
  for (const char* method : {"GET", "POST", "PUT"}) {
    router.add(method, "/partytracks/*", [](const Request&, Responder responder) {
      responder(jsonError(404, "not_found", "There is nothing at this address."));
    });
  }
}

}  // namespace akbuzat::http
