#include <utility>

#include <nlohmann/json.hpp>

#include "http/form.hpp"
#include "http/realtime_calls.hpp"
#include "http/site.hpp"

namespace akbuzat::http {
namespace {

/// The length of an e-mail address (RFC 5321 section 4.5.3.1.3).
constexpr std::size_t kMaxName = 254;

std::string write(const DirectoryEntry& entry) {
  nlohmann::json json{{"firstName", entry.firstName}, {"lastName", entry.lastName}};
  if (!entry.photo.empty()) json["photo"] = entry.photo;
  if (!entry.timeZone.empty()) json["timeZone"] = entry.timeZone;
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void findPerson(const Site& site, const Request& request, Responder responder) {
  if (!request.identity) return responder(jsonError(401, "no_name", "Only visitors with a name can ask for people."));
  // A name that anybody can choose must not open the list of a company's people to everybody.
  if (request.identity->source != Identity::Source::header)
    return responder(jsonError(403, "not_verified", "Only visitors whom the proxy has named can ask for people."));
  const auto name = cleanUsername(formValue(request.query, "name").value_or(""), kMaxName);
  if (!name) return responder(jsonError(400, "no_person", "The address names nobody."));
  site.directory->find(*name, [answer = answerBy(std::move(responder))](
                                  UserDirectory::Result result, const std::shared_ptr<const DirectoryEntry>& entry) {
    switch (result) {
      case UserDirectory::Result::found: return answer(jsonResponse(200, write(*entry)));
      case UserDirectory::Result::unknown: return answer(jsonError(404, "not_found", "Nobody has this name."));
      case UserDirectory::Result::unavailable: break;
    }
    answer(jsonError(503, "unavailable", "The directory does not answer."));
  });
}

}  // namespace

void addUserDirectory(Router& router, const Site& site) {
  if (!site.directory) return;
  router.add("GET", "/api/user-directory",
             [&site](const Request& request, Responder responder) { findPerson(site, request, std::move(responder)); });
}

}  // namespace akbuzat::http
