#include "http/user_directory.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "akbuzat/util/base64.hpp"
#include "akbuzat/util/json_depth.hpp"
#include "akbuzat/util/log.hpp"
#include "akbuzat/util/percent.hpp"
#include "http/session_cookie.hpp"

namespace akbuzat::http {
namespace {

using nlohmann::json;
using std::chrono::steady_clock;

constexpr std::size_t kMaxPhoto = 64 * 1024;
/// People change their picture about once a year; whoever has just done it does not wait for long.
constexpr std::chrono::minutes kKeepFound{30};
constexpr std::chrono::minutes kKeepUnknown{2};
/// While the directory fails, pages are answered without it.
constexpr std::chrono::seconds kKeepFailure{15};
/// With the largest photos 50 MB.
constexpr std::size_t kMaxEntries = 512;
/// Different people who are asked for at the same time; more are answered as if the directory failed.
constexpr std::size_t kMaxQuestions = 64;
/// Of one person.
constexpr std::size_t kMaxWaiting = 256;

std::string textOf(const json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : std::string{};
}

/// By its first bytes (ISO/IEC 10918-1 B.1.1.3 with the marker that follows; W3C PNG section 5.2).
std::string photoOf(std::string_view base64) {
  if (base64.size() > kMaxPhoto * 4 / 3 + 4) return {};
  const auto bytes = util::base64Decode(base64);
  if (!bytes || bytes->size() > kMaxPhoto) return {};
  const std::string_view type = bytes->starts_with("\xFF\xD8\xFF")        ? "jpeg"
                                : bytes->starts_with("\x89PNG\r\n\x1A\n") ? "png"
                                                                          : "";
  if (type.empty()) return {};
  std::string url = "data:image/";
  url += type;
  url += ";base64,";
  url += util::base64Encode(*bytes);
  return url;
}

std::string timeZoneOf(std::string text) {
  const bool fits = text.size() <= 64 && std::ranges::all_of(text, [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                             c == '-' || c == '+' || c == '/';
                    });
  return fits ? std::move(text) : std::string{};
}

}  // namespace

std::optional<DirectoryEntry> readDirectoryEntry(std::string_view text) {
  constexpr int kMaxDepth = 16;
  if (util::nestsDeeperThan(text, kMaxDepth)) return std::nullopt;
  const json body = json::parse(text, nullptr, false);
  if (!body.is_object()) return std::nullopt;
  DirectoryEntry entry{.firstName = cleanUsername(textOf(body, "firstName")).value_or(""),
                       .lastName = cleanUsername(textOf(body, "lastName")).value_or(""),
                       .photo = photoOf(textOf(body, "photob64")),
                       .timeZone = timeZoneOf(textOf(body, "timeZone"))};
  if (entry.firstName.empty() && entry.lastName.empty()) return std::nullopt;
  return entry;
}

class UserDirectory::State : public std::enable_shared_from_this<UserDirectory::State> {
 public:
  State(https::Client& client, std::string url) : client_(client), url_(std::move(url)) {}

  void find(const std::string& name, Handler handler) {
    {
      std::unique_lock lock(mutex_);
      const auto known = known_.find(name);
      if (known != known_.end() && steady_clock::now() < known->second.until) {
        const auto [result, entry, until] = known->second;
        lock.unlock();
        return handler(result, entry);
      }
      const auto asked = questions_.find(name);
      const bool first = asked == questions_.end();
      const bool full = first ? questions_.size() >= kMaxQuestions : asked->second.size() >= kMaxWaiting;
      if (full) {
        lock.unlock();
        return handler(Result::unavailable, nullptr);
      }
      questions_[name].push_back(std::move(handler));
      if (!first) return;
    }
    https::Request request;
    request.url = url_ + (url_.find('?') == std::string::npos ? "?" : "&") + "email=" + util::percentEncode(name);
    request.headers.emplace_back("Accept", "application/json");
    request.repeatable = true;
    client_.send(std::move(request), [weak = weak_from_this(), name](const https::Outcome& outcome) {
      if (const auto self = weak.lock()) self->answered(name, outcome);
    });
  }

 private:
  struct Known {
    Result result;
    std::shared_ptr<const DirectoryEntry> entry;
    steady_clock::time_point until;
  };

  static Known judge(const https::Outcome& outcome, steady_clock::time_point now) {
    const auto* response = std::get_if<https::Response>(&outcome);
    if (response != nullptr && response->status == 200) {
      if (auto entry = readDirectoryEntry(response->body))
        return {Result::found, std::make_shared<const DirectoryEntry>(std::move(*entry)), now + kKeepFound};
      return {Result::unknown, nullptr, now + kKeepUnknown};
    }
    // 204, 404 and the like are an answer; a server that fails, or wants another key, is none.
    if (response != nullptr && (response->status == 204 || response->status == 404 || response->status == 410))
      return {Result::unknown, nullptr, now + kKeepUnknown};
    return {Result::unavailable, nullptr, now + kKeepFailure};
  }

  void answered(const std::string& name, const https::Outcome& outcome) {
    const auto now = steady_clock::now();
    const Known known = judge(outcome, now);
    std::vector<Handler> handlers;
    bool tell = false;
    {
      const std::lock_guard lock(mutex_);
      if (known_.size() >= kMaxEntries)
        std::erase_if(known_, [now](const auto& item) { return item.second.until <= now; });
      if (known_.size() >= kMaxEntries) known_.clear();
      known_.insert_or_assign(name, known);
      const auto asked = questions_.find(name);
      handlers = std::move(asked->second);
      questions_.erase(asked);
      const bool fails = known.result == Result::unavailable;
      tell = fails && !failing_;
      failing_ = fails;
    }
    if (tell) {
      const auto* response = std::get_if<https::Response>(&outcome);
      util::log().warn("The directory of USER_DIRECTORY_URL does not answer: {}",
                       response != nullptr ? "status " + std::to_string(response->status)
                                           : std::string{describe(std::get<https::Failure>(outcome))});
    }
    for (const Handler& handler : handlers) handler(known.result, known.entry);
  }

  https::Client& client_;
  const std::string url_;
  std::mutex mutex_;
  std::unordered_map<std::string, Known> known_;
  /// Who waits for the answer about whom.
  std::unordered_map<std::string, std::vector<Handler>> questions_;
  bool failing_ = false;
};

UserDirectory::UserDirectory(https::Client& client, std::string url)
    : state_(std::make_shared<State>(client, std::move(url))) {}

UserDirectory::~UserDirectory() = default;

void UserDirectory::find(const std::string& name, Handler handler) const { state_->find(name, std::move(handler)); }

}  // namespace akbuzat::http
