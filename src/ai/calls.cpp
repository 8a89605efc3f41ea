#include "akbuzat/ai/calls.hpp"

#include <algorithm>
#include <chrono>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "ai/provider.hpp"
#include "akbuzat/util/log.hpp"
#include "akbuzat/util/random.hpp"

namespace akbuzat::ai {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

/// As the originals call it (protocol A.9).
constexpr std::string_view kVoice = "ai-generated-voice";
/// Between two attempts to hang up: doubled each time, up to a length at which a provider that is away is not pestered.
constexpr seconds kFirstPause{1};
constexpr seconds kLongestPause{300};
/// About a day of attempts; no provider lets a call last longer.
constexpr unsigned kMaxAttempts = 300;

seconds pauseAfter(unsigned attempts) {
  constexpr unsigned kDoublings = 9;
  return std::min(kLongestPause, kFirstPause * (1U << std::min(attempts, kDoublings)));
}

}  // namespace

class Calls::Impl : public std::enable_shared_from_this<Impl> {
  /// A handler that may be called on any thread, once, and does its work on this object's.
  template <class Handler>
  auto onContext(Handler handler) {
    return [&context = context_, handler = std::make_shared<Handler>(std::move(handler))](auto result) {
      boost::asio::post(context, [handler, result = std::move(result)]() mutable { (*handler)(std::move(result)); });
    };
  }

 public:
  Impl(const Services& services, const config::AiSettings& settings)
      : services_(services), settings_(settings), context_(services.shards.context(0)) {}

  [[nodiscard]] bool available() const { return settings_.configured(); }

  /// What a room waits for: where it is, and how it hears of the end of the beginning.
  struct Asker {
    util::ShardIndex shard;
    std::string room;
    StartHandler handler;
  };

  void begin(Asker asker, const std::string& meetingId, room::AiWish wish) {
    const storage::AiLimits limits{std::chrono::minutes{settings_.maxMinutesPerRoom},
                                   std::chrono::minutes{settings_.maxMinutesPerDay}};
    services_.log.beginAiCall(
        meetingId, limits,
        onContext([self = shared_from_this(), asker = std::move(asker), wish = std::move(wish)](auto begun) mutable {
          if (const auto* refusal = std::get_if<storage::AiCallLog::Refusal>(&begun)) {
            const bool spent = *refusal == storage::AiCallLog::Refusal::limitReached;
            return self->answer(asker, spent ? room::AiFailure::limitReached : room::AiFailure::notSaved);
          }
          const auto& call = std::get<storage::AiCallLog::Begun>(begun);
          self->live_.emplace(
              call.id,
              Live{asker.shard, realtime::Scope::ofRoom(asker.room, asker.shard), {}, {}, call.granted, Clock::now()});
          self->openSession(call.id, asker, std::move(wish));
        }));
  }

  void finish(std::int64_t id) {
    const auto found = live_.find(id);
    if (found == live_.end()) return;
    const Live live = std::move(found->second);
    live_.erase(found);
    if (!live.session.empty()) endSession(live.shard, live.session);
    const auto used = std::chrono::ceil<seconds>(Clock::now() - live.since);
    hangingUp_.insert(id);
    services_.log.endAiCall(
        id, std::min(used, live.granted),
        onContext([self = shared_from_this(), id, url = live.hangUpUrl, asking = asking_.contains(id)](bool) {
          // Nobody knows yet where to hang up; whoever gets the provider's answer does it.
          if (!asking) self->hangUp(id, url, 0);
        }));
  }

  void hangUp(std::int64_t id, const std::string& url, unsigned attempts) {
    hangingUp_.insert(id);
    waiting_.erase(id);
    if (url.empty()) return close(id);
    services_.client.send(hangUpRequest(settings_, url),
                          onContext([self = shared_from_this(), id, url, attempts](const https::Outcome& outcome) {
                            if (hasHungUp(outcome)) return self->close(id);
                            self->hangUpLater(id, url, attempts + 1);
                          }));
  }

  void stop(std::function<void()> done) {
    stopped_ = std::move(done);
    while (!live_.empty()) finish(live_.begin()->first);
    reportStopped();
  }

  void listen(util::ShardIndex shard, const std::string& room, const room::AiCall& call, std::string session,
              std::string track, std::function<void(bool)> handler) {
    realtime::TrackObject pulled;
    pulled.location = realtime::Location::remote;
    pulled.mid = "#" + call.track;
    pulled.sessionId = std::move(session);
    pulled.trackName = std::move(track);
    realtime::TracksRequest request;
    request.tracks.push_back(std::move(pulled));
    services_.realtime.newTracks(realtime::Scope::ofRoom(room, shard), call.session, std::move(request),
                                 [&shards = services_.shards, shard, handler = std::move(handler)](const auto& result) {
                                   const auto* answer = std::get_if<realtime::TracksAnswer>(&result);
                                   const bool success =
                                       answer != nullptr && std::ranges::none_of(answer->tracks, [](const auto& one) {
                                         return one.error.has_value();
                                       });
                                   boost::asio::post(shards.context(shard), [handler, success] { handler(success); });
                                 });
  }

  /// Runs `task` where the state of this object is.
  void post(std::function<void()> task) { boost::asio::post(context_, std::move(task)); }

 private:
  /// From its beginning on disk until it is being hung up.
  struct Live {
    util::ShardIndex shard;
    realtime::Scope scope;
    std::string session;
    std::string hangUpUrl;
    seconds granted;
    Clock::time_point since;
  };

  void answer(const Asker& asker, std::variant<room::AiCall, room::AiFailure> outcome) {
    boost::asio::post(
        services_.shards.context(asker.shard),
        [handler = asker.handler, outcome = std::move(outcome)]() mutable { handler(std::move(outcome)); });
  }

  void fail(std::int64_t id, const Asker& asker, room::AiFailure why) {
    finish(id);
    answer(asker, why);
  }

  /// The call, unless it has been ended while something was under way; then the asker has been told here.
  Live* stillLive(std::int64_t id, const Asker& asker) {
    const auto found = live_.find(id);
    if (found != live_.end() && !stopped_) return &found->second;
    fail(id, asker, room::AiFailure::media);
    return nullptr;
  }

  void endSession(util::ShardIndex shard, const std::string& session) {
    boost::asio::post(services_.shards.context(shard),
                      [&media = services_.media, shard, session] { media.end(shard, session); });
  }

  void openSession(std::int64_t id, const Asker& asker, room::AiWish wish) {
    const Live* const live = stillLive(id, asker);
    if (live == nullptr) return;
    services_.realtime.newSession(
        live->scope, std::string{kOwner}, realtime::SessionKind::thirdParty,
        onContext([self = shared_from_this(), id, asker, wish = std::move(wish)](auto result) mutable {
          auto* const session = std::get_if<std::string>(&result);
          if (session == nullptr) return self->fail(id, asker, room::AiFailure::media);
          const auto found = self->live_.find(id);
          if (found == self->live_.end()) {
            self->endSession(asker.shard, *session);
          } else {
            found->second.session = *session;
          }
          self->makeOffer(id, asker, std::move(wish));
        }));
  }

  void makeOffer(std::int64_t id, const Asker& asker, room::AiWish wish) {
    const Live* const live = stillLive(id, asker);
    if (live == nullptr) return;
    realtime::TrackObject voice;
    voice.trackName.emplace(kVoice);
    voice.bidirectionalMediaStream = true;
    voice.kind = realtime::Kind::audio;
    realtime::TracksRequest request;
    request.tracks.push_back(std::move(voice));
    services_.realtime.newTracks(
        live->scope, live->session, std::move(request),
        onContext([self = shared_from_this(), id, asker, wish = std::move(wish)](auto result) mutable {
          const auto* offered = std::get_if<realtime::TracksAnswer>(&result);
          const bool good = offered != nullptr && offered->tracks.size() == 1 && !offered->tracks[0].error &&
                            offered->tracks[0].trackName && offered->description &&
                            offered->description->type == realtime::SessionDescription::Type::offer;
          if (!good) return self->fail(id, asker, room::AiFailure::media);
          self->askProvider(id, asker, wish, *offered->tracks[0].trackName, offered->description->sdp);
        }));
  }

  void askProvider(std::int64_t id, const Asker& asker, const room::AiWish& wish, std::string track,
                   const std::string& offer) {
    if (stillLive(id, asker) == nullptr) return;
    asking_.insert(id);
    services_.client.send(
        callRequest(settings_, offer, wish, util::randomUuid()),
        onContext([self = shared_from_this(), id, asker, track = std::move(track)](const https::Outcome& outcome) {
          self->asking_.erase(id);
          const auto understood = understand(self->settings_, outcome);
          if (const auto* answered = std::get_if<Answered>(&understood))
            return self->noteAnswer(id, asker, track, *answered);
          // Ended meanwhile: nothing has begun that would have to be ended.
          if (!self->live_.contains(id)) self->close(id);
          self->fail(id, asker, std::get<room::AiFailure>(understood));
        }));
  }

  void noteAnswer(std::int64_t id, const Asker& asker, const std::string& track, const Answered& answered) {
    const auto found = live_.find(id);
    const bool ended = found == live_.end();
    if (!ended) found->second.hangUpUrl = answered.hangUpUrl;
    services_.log.noteAiCall(id, answered.hangUpUrl,
                             onContext([self = shared_from_this(), id, asker, track, ended, answered](bool saved) {
                               if (ended) self->hangUp(id, answered.hangUpUrl, 0);
                               if (!saved) return self->fail(id, asker, room::AiFailure::notSaved);
                               self->connect(id, asker, track, answered.answer);
                             }));
  }

  void connect(std::int64_t id, const Asker& asker, const std::string& track, std::string sdp) {
    const Live* const live = stillLive(id, asker);
    if (live == nullptr) return;
    services_.realtime.renegotiate(
        live->scope, live->session, {realtime::SessionDescription::Type::answer, std::move(sdp)},
        onContext([self = shared_from_this(), id, asker, track](const auto& result) {
          const Live* const connected = self->stillLive(id, asker);
          if (connected == nullptr) return;
          if (std::holds_alternative<realtime::Error>(result)) return self->fail(id, asker, room::AiFailure::media);
          const auto used = std::chrono::ceil<seconds>(Clock::now() - connected->since);
          self->answer(asker,
                       room::AiCall{id, connected->session, track, std::max(connected->granted - used, seconds{0})});
        }));
  }

  void hangUpLater(std::int64_t id, const std::string& url, unsigned attempts) {
    // The next process goes on with it.
    if (stopped_) return settled(id);
    if (attempts == kMaxAttempts) {
      util::log().error("A call of the voice AI could not be hung up for a day; the provider ends it by itself");
      return close(id);
    }
    if (attempts == 1) util::log().warn("A call of the voice AI could not be hung up; trying again");
    const auto timer = std::make_shared<boost::asio::steady_timer>(context_, pauseAfter(attempts));
    timer->async_wait([self = shared_from_this(), timer, id, url, attempts](const boost::system::error_code& error) {
      if (!error) self->hangUp(id, url, attempts);
    });
    waiting_.insert(id);
  }

  void close(std::int64_t id) {
    services_.log.closeAiCall(id, onContext([self = shared_from_this(), id](bool) { self->settled(id); }));
  }

  void settled(std::int64_t id) {
    hangingUp_.erase(id);
    reportStopped();
  }

  /// What only waits to be tried again is left to the next process.
  void reportStopped() {
    const bool underWay = std::ranges::any_of(hangingUp_, [this](auto id) { return !waiting_.contains(id); });
    if (stopped_ && !underWay) std::exchange(stopped_, [] {})();
  }

  const Services services_;
  const config::AiSettings settings_;
  boost::asio::io_context& context_;
  std::unordered_map<std::int64_t, Live> live_;
  /// The provider is being asked to answer.
  std::unordered_set<std::int64_t> asking_;
  /// Ended, but not known to be hung up; some of them wait to be tried again.
  std::unordered_set<std::int64_t> hangingUp_;
  std::unordered_set<std::int64_t> waiting_;
  /// Set once the server stops.
  std::function<void()> stopped_;
};

Calls::Calls(const Services& services, const config::AiSettings& settings)
    : impl_(std::make_shared<Impl>(services, settings)) {}

Calls::~Calls() = default;

void Calls::restore(const std::vector<storage::OpenAiCall>& open) {
  for (const storage::OpenAiCall& call : open)
    impl_->post([impl = impl_, call] { impl->hangUp(call.id, call.hangUpUrl, 0); });
}

bool Calls::available() const { return impl_->available(); }

void Calls::start(util::ShardIndex shard, const std::string& room, const std::string& meetingId, room::AiWish wish,
                  StartHandler handler) {
  impl_->post([impl = impl_, asker = Impl::Asker{shard, room, std::move(handler)}, meetingId, wish = std::move(wish)] {
    impl->begin(asker, meetingId, wish);
  });
}

void Calls::listen(util::ShardIndex shard, const std::string& room, const room::AiCall& call, std::string session,
                   std::string track, std::function<void(bool)> handler) {
  impl_->listen(shard, room, call, std::move(session), std::move(track), std::move(handler));
}

void Calls::end(std::int64_t call) {
  impl_->post([impl = impl_, call] { impl->finish(call); });
}

void Calls::stop(std::function<void()> done) {
  impl_->post([impl = impl_, done = std::move(done)] { impl->stop(done); });
}

}  // namespace akbuzat::ai
