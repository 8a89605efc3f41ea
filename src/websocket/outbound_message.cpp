#include "akbuzat/websocket/outbound_message.hpp"

#include "akbuzat/websocket/deflate.hpp"

namespace akbuzat::websocket {
namespace {

/// Below this a message fits into one packet with or without compression.
constexpr std::size_t kMinDeflateSize = 256;

}  // namespace

OutboundMessage::OutboundMessage(std::string_view text) : compressible_(text.size() >= kMinDeflateSize) {
  frame_.reserve(kMaxServerHeader + text.size());
  appendFrameHeader(frame_, Opcode::text, text.size());
  headerSize_ = frame_.size();
  frame_ += text;
}

OutboundMessage::OutboundMessage(Opcode control, std::string_view payload) : compressible_(false) {
  appendFrameHeader(frame_, control, payload.size());
  headerSize_ = frame_.size();
  frame_ += payload;
}

std::string_view OutboundMessage::deflatedFrame() const {
  if (!compressible_) return frame_;
  std::call_once(deflateOnce_, [this] {
    const std::string payload = deflatePayload(text());
    if (payload.empty()) return;
    appendFrameHeader(deflatedFrame_, Opcode::text, payload.size(), true);
    deflatedFrame_ += payload;
  });
  return deflatedFrame_.empty() ? std::string_view{frame_} : std::string_view{deflatedFrame_};
}

}  // namespace akbuzat::websocket
