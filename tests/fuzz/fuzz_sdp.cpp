// Session descriptions: what is read can be written and read again as the same; and a Negotiator that is given the text
// as an offer, and as the answer to an offer of its own, keeps to the rules that its peer relies on.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "akbuzat/sdp/negotiator.hpp"

namespace {

using namespace akbuzat::sdp;

void require(bool holds) {
  if (!holds) std::abort();
}

SessionDescription readBack(std::string_view text) {
  const auto parsed = parse(text);
  require(parsed.has_value());
  return *parsed;
}

Negotiator::Options options(CodecName video) {
  Negotiator::Options options;
  options.transport = {"server", "serverpasswordserverpassword", "AB:CD", {"candidate:1 1 udp 1 192.0.2.1 9 typ host"}};
  options.videoCodec = video;
  options.sessionId = 42;
  return options;
}

/// A description of ours: every section that lives is in the group, under our transport, with one codec and its RTX.
void checkOurs(const SessionDescription& ours, bool offer) {
  std::vector<std::string> live;
  for (const MediaDescription& section : ours.media) {
    if (section.rejected()) {
      require(section.direction == Direction::inactive);
      continue;
    }
    live.push_back(section.mid);
    require(!section.mid.empty() && section.transport.ufrag == "server");
    require(section.transport.setup == (offer ? Setup::actpass : Setup::passive));
    require(!section.codecs.empty() && section.codecs.size() <= 2);
    require(section.codecs.size() == section.formats.size());
    require(section.ssrcs.empty() || sends(section.direction));
    std::set<int> ids;
    for (const ExtensionMapping& mapping : section.extensions) require(ids.insert(mapping.id).second);
  }
  require(ours.bundle == live || (ours.bundle.empty() && live.size() <= 1));
}

void checkAnswer(const SessionDescription& offer, const Negotiator::Outcome& outcome) {
  const SessionDescription answer = readBack(outcome.answer);
  checkOurs(answer, false);
  require(answer.media.size() == offer.media.size());
  std::set<std::string> sending;
  for (const SendParameters& parameters : outcome.sending) require(sending.insert(parameters.mid).second);
  std::size_t receiving = 0;
  for (std::size_t i = 0; i < offer.media.size(); ++i) {
    const MediaDescription& theirs = offer.media[i];
    const MediaDescription& ours = answer.media[i];
    require(ours.mid == theirs.mid && ours.kindText == theirs.kindText);
    require(!theirs.rejected() || ours.rejected());
    require(!receives(ours.direction) || sends(theirs.direction));
    require(!sends(ours.direction) || (receives(theirs.direction) && sending.count(ours.mid) == 1));
    receiving += receives(ours.direction) && !ours.rejected() ? 1 : 0;
  }
  require(outcome.receiving.size() == receiving);
}

void asOffer(std::string_view text, const SessionDescription& description, CodecName video) {
  Negotiator negotiator(options(video));
  const auto mid = negotiator.addSending(CodecName::vp8, "s t");
  require(mid.has_value());
  checkOurs(readBack(negotiator.offer()), true);
  const auto outcome = negotiator.applyOffer(text, {});
  if (!outcome) return;
  require(!negotiator.offerOpen());
  checkAnswer(description, *outcome);

  const SessionDescription offer = readBack(negotiator.offer());
  checkOurs(offer, true);
  require(offer.media.size() >= description.media.size());
  // The same again, with everything closed.
  std::vector<std::string> all;
  for (const MediaDescription& section : description.media) all.push_back(section.mid);
  const auto closed = negotiator.applyOffer(text, all);
  if (!closed) return;
  checkAnswer(description, *closed);
  require(closed->receiving.empty());
  for (const std::string& one : all) negotiator.stop(one);
  checkOurs(readBack(negotiator.offer()), true);
}

void asAnswer(std::string_view text) {
  Negotiator negotiator(options(CodecName::vp8));
  require(negotiator.addReceiving(MediaKind::audio, true).has_value());
  require(negotiator.addSending(CodecName::vp8, "s t").has_value());
  (void)negotiator.offer();
  const auto outcome = negotiator.applyAnswer(text);
  require(negotiator.offerOpen() == !outcome.has_value());
  if (outcome) require(outcome->sending.size() <= 2 && outcome->receiving.size() <= 1);
  checkOurs(readBack(negotiator.offer()), true);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = parse(text);
  if (parsed) {
    const std::string written = write(*parsed);
    const SessionDescription again = readBack(written);
    require(again == *parsed);
    require(write(again) == written);
    asOffer(text, *parsed, CodecName::vp8);
    asOffer(text, *parsed, CodecName::h264);
  }
  asAnswer(text);
  return 0;
}
