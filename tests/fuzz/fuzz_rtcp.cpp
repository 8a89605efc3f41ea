// RTCP compounds: the walk ends, every view lies inside the bytes, and blocks and NACKs survive being written again.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <variant>
#include <vector>

#include "akbuzat/rtp/rtcp.hpp"

namespace {

using namespace akbuzat;

void requireInside(util::Bytes inner, util::Bytes outer) {
  if (inner.empty()) return;
  if (inner.data() < outer.data() || inner.data() + inner.size() > outer.data() + outer.size()) std::abort();
}

/// Blocks that are written again are, byte for byte, what was read.
void checkBlocks(util::Bytes blocks, util::Bytes all) {
  requireInside(blocks, all);
  const std::size_t count = rtp::blockCount(blocks);
  if (count > rtp::kMaxReportBlocks || count * 24 != blocks.size()) std::abort();
  std::vector<rtp::ReportBlock> read;
  for (std::size_t i = 0; i < count; ++i) read.push_back(rtp::blockAt(blocks, i));
  std::array<std::uint8_t, 8 + rtp::kMaxReportBlocks * 24> out{};
  const std::size_t end = rtp::writeReceiverReport(out, 0, 1, read);
  if (end != 8 + blocks.size()) std::abort();
  if (!std::equal(blocks.begin(), blocks.end(), out.begin() + 8)) std::abort();
}

void checkNack(const rtp::Nack& nack, util::Bytes all) {
  requireInside(nack.pairs, all);
  std::vector<std::uint16_t> lost;
  rtp::forEachLost(nack, [&](std::uint16_t sequence) { lost.push_back(sequence); });
  if (lost.size() > nack.pairs.size() / 4 * 17) std::abort();
  std::vector<std::uint8_t> out(12 + lost.size() * 4);
  const std::size_t end = rtp::writeNack(out, 0, 1, nack.mediaSsrc, lost);
  if (lost.empty()) return;
  rtp::RtcpReader reader(util::Bytes{out}.first(end));
  const auto again = reader.next();
  if (!again || !std::holds_alternative<rtp::Nack>(*again)) std::abort();
  std::vector<std::uint16_t> lostAgain;
  rtp::forEachLost(std::get<rtp::Nack>(*again), [&](std::uint16_t sequence) { lostAgain.push_back(sequence); });
  // A hostile NACK may name a number twice; written it is named at least once, and nothing else is.
  for (std::vector<std::uint16_t>* numbers : {&lost, &lostAgain}) {
    std::sort(numbers->begin(), numbers->end());
    numbers->erase(std::unique(numbers->begin(), numbers->end()), numbers->end());
  }
  if (lost != lostAgain) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const util::Bytes bytes{data, size};
  rtp::RtcpReader reader(bytes);
  std::size_t packets = 0;
  while (const auto packet = reader.next()) {
    // No kind yields more than one packet for each 4 bytes.
    if (++packets > size / 4) std::abort();
    if (const auto* sender = std::get_if<rtp::SenderReport>(&*packet)) checkBlocks(sender->blocks, bytes);
    if (const auto* receiver = std::get_if<rtp::ReceiverReport>(&*packet)) checkBlocks(receiver->blocks, bytes);
    if (const auto* nack = std::get_if<rtp::Nack>(&*packet)) checkNack(*nack, bytes);
    if (const auto* feedback = std::get_if<rtp::TransportFeedbackPacket>(&*packet)) {
      requireInside(feedback->content, bytes);
    }
  }
  if (reader.next()) std::abort();
  return 0;
}
