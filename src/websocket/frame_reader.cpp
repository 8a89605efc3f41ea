#include "akbuzat/websocket/frame_reader.hpp"

#include <algorithm>
#include <cstring>

#include "akbuzat/util/utf8.hpp"
#include "akbuzat/websocket/deflate.hpp"

namespace akbuzat::websocket {
namespace {

constexpr unsigned kFinalBit = 0x80;
constexpr unsigned kRsv1Bit = 0x40;
constexpr unsigned kReservedBits = 0x30;
constexpr unsigned kOpcodeBits = 0x0F;
constexpr unsigned kMaskBit = 0x80;
constexpr unsigned kLengthBits = 0x7F;
constexpr unsigned kLength16 = 126;
constexpr unsigned kLength64 = 127;

/// A message buffer larger than this is given back when its message is done, so that idle sockets stay lean.
constexpr std::size_t kKeptCapacity = 1024;

bool isControl(Opcode opcode) { return (static_cast<unsigned>(opcode) & 0x8) != 0; }

std::uint64_t bigEndian(std::span<const unsigned char> bytes) {
  std::uint64_t value = 0;
  for (const unsigned char byte : bytes) value = (value << 8) | byte;
  return value;
}

}  // namespace

FrameReader::Event FrameReader::next(std::span<char>& input) {
  if (finished_) {
    input = {};
    return {Kind::needMore};
  }
  for (;;) {
    if (!inFrame_) {
      const HeaderResult header = takeHeader(input);
      if (header == HeaderResult::incomplete) return {Kind::needMore};
      if (header == HeaderResult::broken || !beginFrame()) return fail(failure_);
    }
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.size()));
    const std::span<char> piece = input.first(size);
    input = input.subspan(size);
    unmask(piece);
    remaining_ -= size;
    if (remaining_ == 0) {
      inFrame_ = false;
      const Event event = endFrame(piece);
      if (event.kind != Kind::needMore) return event;
    } else {
      if (isControl(opcode_)) {
        std::copy(piece.begin(), piece.end(), control_.begin() + controlSize_);
        controlSize_ = static_cast<std::uint8_t>(controlSize_ + size);
      } else if (!binary_) {
        message_.append(piece.data(), piece.size());
      }
      return {Kind::needMore};
    }
  }
}

FrameReader::HeaderResult FrameReader::takeHeader(std::span<char>& input) {
  for (;;) {
    std::size_t needed = 2;
    if (headerSize_ >= 2) {
      const unsigned second = header_[1];
      // A client's frame must be masked (RFC 6455 section 5.1).
      if ((second & kMaskBit) == 0) return HeaderResult::broken;
      const unsigned length = second & kLengthBits;
      needed += (length == kLength16 ? 2U : length == kLength64 ? 8U : 0U) + mask_.size();
    }
    if (headerSize_ == needed) return HeaderResult::complete;
    const std::size_t size = std::min(needed - headerSize_, input.size());
    if (size == 0) return HeaderResult::incomplete;
    std::memcpy(header_.data() + headerSize_, input.data(), size);
    headerSize_ = static_cast<std::uint8_t>(headerSize_ + size);
    input = input.subspan(size);
  }
}

/// Checks a complete header and prepares for its payload. On false, failure_ says why.
bool FrameReader::beginFrame() {
  const unsigned first = header_[0];
  const std::span<const unsigned char> header{header_.data(), headerSize_};
  const unsigned shortLength = header_[1] & kLengthBits;
  std::uint64_t length = shortLength;
  if (shortLength == kLength16) {
    length = bigEndian(header.subspan(2, 2));
    if (length < kLength16) return false;
  } else if (shortLength == kLength64) {
    length = bigEndian(header.subspan(2, 8));
    // The shortest form must be used, and the highest bit is zero (RFC 6455 section 5.2).
    if (length <= 0xFFFF || (length >> 63) != 0) return false;
  }
  std::memcpy(mask_.data(), header.last(mask_.size()).data(), mask_.size());
  headerSize_ = 0;
  maskPhase_ = 0;
  remaining_ = length;
  inFrame_ = true;
  final_ = (first & kFinalBit) != 0;
  opcode_ = static_cast<Opcode>(first & kOpcodeBits);
  const bool rsv1 = (first & kRsv1Bit) != 0;
  if ((first & kReservedBits) != 0) return false;

  switch (opcode_) {
    case Opcode::close:
    case Opcode::ping:
    case Opcode::pong: controlSize_ = 0; return final_ && !rsv1 && length <= kMaxControlPayload;
    case Opcode::text:
    case Opcode::binary:
      if (inMessage_ || (rsv1 && !deflate_)) return false;
      inMessage_ = true;
      binary_ = opcode_ == Opcode::binary;
      compressed_ = rsv1;
      messageSize_ = 0;
      break;
    case Opcode::continuation:
      if (!inMessage_ || rsv1) return false;
      break;
    default: return false;
  }
  // A message that does not compress is a little larger on the wire: DEFLATE adds 5 bytes a stored block of 16 KiB or
  // more.
  const std::size_t limit = compressed_ ? maxMessageBytes_ + maxMessageBytes_ / 1024 + 64 : maxMessageBytes_;
  if (length > limit - messageSize_) {
    failure_ = close_code::kMessageTooBig;
    return false;
  }
  messageSize_ += static_cast<std::size_t>(length);
  return true;
}

void FrameReader::unmask(std::span<char> bytes) {
  // Eight bytes at a time, with the key turned to the phase at which these bytes begin.
  std::array<unsigned char, 8> pattern{};
  for (std::size_t i = 0; i < pattern.size(); ++i) pattern[i] = mask_[(maskPhase_ + i) % mask_.size()];
  std::uint64_t key = 0;
  std::memcpy(&key, pattern.data(), sizeof key);
  std::size_t i = 0;
  for (; i + sizeof key <= bytes.size(); i += sizeof key) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, sizeof word);
    word ^= key;
    std::memcpy(bytes.data() + i, &word, sizeof word);
  }
  for (std::size_t k = 0; i < bytes.size(); ++i, ++k)
    bytes[i] = static_cast<char>(static_cast<unsigned char>(bytes[i]) ^ pattern[k]);
  maskPhase_ = (maskPhase_ + bytes.size()) % mask_.size();
}

/// `last` is the end of the frame's payload, which no buffer has yet. needMore: the message goes on.
FrameReader::Event FrameReader::endFrame(std::span<char> last) {
  if (isControl(opcode_)) {
    std::copy(last.begin(), last.end(), control_.begin() + controlSize_);
    controlSize_ = static_cast<std::uint8_t>(controlSize_ + last.size());
    return endControl();
  }
  if (binary_) {
    if (!final_) return {Kind::needMore};
    inMessage_ = false;
    return {Kind::binary};
  }
  if (!final_) {
    message_.append(last.data(), last.size());
    return {Kind::needMore};
  }
  inMessage_ = false;
  // A message that came whole is read where it lies.
  if (message_.empty()) return endMessage({last.data(), last.size()});
  message_.append(last.data(), last.size());
  // The view must outlive this call and the buffer should not: it moves to one that the whole thread shares.
  thread_local std::string finishedMessage;
  finishedMessage.clear();
  finishedMessage.swap(message_);
  if (message_.capacity() > kKeptCapacity) std::string{}.swap(message_);
  return endMessage(finishedMessage);
}

FrameReader::Event FrameReader::endControl() {
  const std::string_view payload{control_.data(), controlSize_};
  if (opcode_ == Opcode::ping) return {Kind::ping, payload};
  if (opcode_ == Opcode::pong) return {Kind::pong, payload};
  if (payload.empty()) {
    finished_ = true;
    return {Kind::close, {}, close_code::kNoStatus};
  }
  if (payload.size() < 2) return fail(close_code::kProtocolError);
  const auto code = static_cast<std::uint16_t>((static_cast<unsigned char>(payload[0]) << 8) |
                                               static_cast<unsigned char>(payload[1]));
  if (!isValidCloseCode(code)) return fail(close_code::kProtocolError);
  const std::string_view reason = payload.substr(2);
  if (!util::isValidUtf8(reason)) return fail(close_code::kInvalidPayload);
  finished_ = true;
  return {Kind::close, reason, code};
}

FrameReader::Event FrameReader::endMessage(std::string_view whole) {
  if (compressed_) {
    const Inflated inflated = inflatePayload(whole, maxMessageBytes_);
    if (inflated.error == InflateError::tooLarge) return fail(close_code::kMessageTooBig);
    if (inflated.error == InflateError::invalid) return fail(close_code::kInvalidPayload);
    whole = inflated.payload;
  }
  if (!util::isValidUtf8(whole)) return fail(close_code::kInvalidPayload);
  return {Kind::text, whole};
}

FrameReader::Event FrameReader::fail(std::uint16_t code) {
  finished_ = true;
  std::string{}.swap(message_);
  return {Kind::failed, {}, code};
}

}  // namespace akbuzat::websocket
