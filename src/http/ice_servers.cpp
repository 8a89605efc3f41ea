// Relays, and other ICE servers, for the peer connections of members. Credentials are nobody else's.

#include <utility>

#include "akbuzat/realtime/ice_servers.hpp"
#include "http/form.hpp"
#include "http/realtime_calls.hpp"
#include "http/site.hpp"

namespace akbuzat::http {
namespace {

// Nothing in the callbacks knows the site: rooms and ICE servers may answer when it has gone.

/// For direct calls: all there is. The page names the meeting that its call belongs to.
void serveDirectCall(const Site& site, const Request& request, Responder responder) {
  if (auto refusal = refuseForeignOrigin(request, site.config)) return responder(std::move(*refusal));
  if (!request.identity) return responder(jsonError(401, "no_name", "Only visitors with a name can call."));
  const auto unknown = [] { return jsonError(404, "not_found", "You have not entered this meeting."); };
  std::string meeting = formValue(request.query, "correlationId").value_or("");
  if (meeting.empty() || meeting.size() > kMaxMeetingId) return responder(unknown());

  const Answer answer = answerBy(std::move(responder));
  const auto give = [answer, own = site.stunUrls](realtime::IceServerList list) {
    list.servers.push_back({own, {}, {}});
    answer(jsonResponse(200, realtime::writeIceServers(realtime::arrange(list.servers), list.ttl)));
  };
  const std::string& owner = request.identity->owner;
  site.rooms.admitMedia(std::move(meeting), owner,
                        [&iceServers = site.iceServers, owner, unknown, answer, give](const auto& admission) {
                          if (!admission) return answer(unknown());
                          iceServers.forUser(owner, give);
                        });
}

/// For connections with the SFU: relays only. The media client names no meeting, so being in any room is enough.
void serveSfu(const Site& site, const Request& request, Responder responder) {
  if (refuseForeignOrigin(request, site.config)) return responder(textResponse(403, "foreign origin"));
  if (!request.identity) return responder(textResponse(401, "unauthorized"));
  const auto give = [answer = answerBy(std::move(responder))](realtime::IceServerList list) {
    answer(jsonResponse(200, realtime::writeIceServers(realtime::relaysOf(std::move(list.servers)))));
  };
  const std::string& owner = request.identity->owner;
  site.rooms.whetherPresent(owner, [&iceServers = site.iceServers, owner, give](bool present) {
    if (!present) return give({});
    iceServers.forUser(owner, give);
  });
}

}  // namespace

void addIceServers(Router& router, const Site& site) {
  router.add("GET", "/api/ice-servers", [&site](const Request& request, Responder responder) {
    serveDirectCall(site, request, std::move(responder));
  });
  router.add("GET", "/partytracks/generate-ice-servers",
             [&site](const Request& request, Responder responder) { serveSfu(site, request, std::move(responder)); });
}

}  // namespace akbuzat::http
