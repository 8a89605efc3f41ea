// RTP packets: every view lies inside the bytes, and a header that is written from what was read reads the same.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "akbuzat/rtp/packet.hpp"

namespace {

using namespace akbuzat;

constexpr std::uint8_t kMaxOneByteId = 14;
constexpr std::size_t kMaxOneByteSize = 16;

void requireInside(util::Bytes inner, util::Bytes outer) {
  if (inner.empty()) return;
  if (inner.data() < outer.data() || inner.data() + inner.size() > outer.data() + outer.size()) std::abort();
}

bool equal(util::Bytes a, util::Bytes b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const util::Bytes bytes{data, size};
  const std::optional<rtp::PacketView> view = rtp::PacketView::parse(bytes);
  if (!view) return 0;
  requireInside(view->payload(), bytes);

  // 14 elements of 17 bytes and the headers are the most that is written.
  std::array<std::uint8_t, 300> out{};
  const rtp::Header header{.payloadType = view->payloadType(),
                           .marker = view->marker(),
                           .sequenceNumber = view->sequenceNumber(),
                           .timestamp = view->timestamp(),
                           .ssrc = view->ssrc()};
  rtp::HeaderWriter writer(out, header);
  for (unsigned id = 0; id < 256; ++id) {
    const auto element = view->extension(static_cast<std::uint8_t>(id));
    if (view->textExtension(static_cast<std::uint8_t>(id)).size() != (element ? element->size() : 0)) std::abort();
    if (!element) continue;
    requireInside(*element, bytes);
    writer.add(static_cast<std::uint8_t>(id), *element);
  }
  const std::size_t end = writer.finish();
  if (end % 4 != 0) std::abort();

  const std::optional<rtp::PacketView> again = rtp::PacketView::parse(util::Bytes{out}.first(end));
  if (!again || !again->payload().empty()) std::abort();
  if (again->payloadType() != view->payloadType() || again->marker() != view->marker() ||
      again->sequenceNumber() != view->sequenceNumber() || again->timestamp() != view->timestamp() ||
      again->ssrc() != view->ssrc()) {
    std::abort();
  }
  for (unsigned id = 0; id < 256; ++id) {
    const auto before = view->extension(static_cast<std::uint8_t>(id));
    const auto after = again->extension(static_cast<std::uint8_t>(id));
    const bool written = before && id <= kMaxOneByteId && !before->empty() && before->size() <= kMaxOneByteSize;
    if (after.has_value() != written) std::abort();
    if (after && !equal(*before, *after)) std::abort();
  }
  return 0;
}
