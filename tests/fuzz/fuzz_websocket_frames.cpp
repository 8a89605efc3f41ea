// Frames of a client, fed whole and in pieces: both must give the same, and nothing beyond the limit.

#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "akbuzat/util/utf8.hpp"
#include "akbuzat/websocket/frame_reader.hpp"
#include "akbuzat/websocket/handshake.hpp"

namespace {

using namespace akbuzat::websocket;

constexpr std::size_t kLimit = 4096;

struct Seen {
  FrameReader::Kind kind;
  std::string payload;
  std::uint16_t code;

  friend bool operator==(const Seen&, const Seen&) = default;
};

std::vector<Seen> feed(std::string bytes, bool deflate, std::size_t pieceSize) {
  FrameReader reader(kLimit, deflate);
  std::vector<Seen> seen;
  std::span<char> rest{bytes};
  while (!rest.empty()) {
    std::span<char> piece = rest.first(std::min(pieceSize, rest.size()));
    rest = rest.subspan(piece.size());
    for (;;) {
      const FrameReader::Event event = reader.next(piece);
      if (event.kind == FrameReader::Kind::needMore) break;
      if (event.payload.size() > kLimit) std::abort();
      if (event.kind == FrameReader::Kind::text && !akbuzat::util::isValidUtf8(event.payload)) std::abort();
      if (event.kind == FrameReader::Kind::failed && !isValidCloseCode(event.code)) std::abort();
      seen.push_back({event.kind, std::string{event.payload}, event.code});
    }
    if (!piece.empty()) std::abort();
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const bool deflate = (data[0] & 1) != 0;
  const std::size_t pieceSize = 1 + data[1] % 16U;
  const std::string bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  if (feed(bytes, deflate, bytes.size() + 1) != feed(bytes, deflate, pieceSize)) std::abort();
  negotiateDeflate(bytes);
  return 0;
}
