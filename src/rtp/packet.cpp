#include "akbuzat/rtp/packet.hpp"

#include <algorithm>

namespace akbuzat::rtp {
namespace {

using util::Bytes;

// RFC 3550 section 5.1.
constexpr std::size_t kFixedHeader = 12;
constexpr std::uint8_t kVersion2 = 0x80;
constexpr std::uint8_t kPaddingBit = 0x20;
constexpr std::uint8_t kExtensionBit = 0x10;

// RFC 8285 sections 4.2 and 4.3. The low four bits of the two-byte form's profile are for the application.
constexpr std::size_t kExtensionHeader = 4;
constexpr std::uint16_t kOneByteProfile = 0xBEDE;
constexpr std::uint16_t kTwoByteProfile = 0x1000;
constexpr std::uint16_t kTwoByteMask = 0xFFF0;
constexpr std::uint8_t kMaxOneByteId = 14;
constexpr std::size_t kMaxOneByteSize = 16;

std::optional<Bytes> findOneByte(Bytes elements, std::uint8_t id) noexcept {
  for (std::size_t at = 0; at < elements.size();) {
    const auto current = static_cast<std::uint8_t>(elements[at] >> 4U);
    if (elements[at] == 0) {
      ++at;
      continue;
    }
    // RFC 8285 section 4.2: 15 ends the elements, and so does 0 with a length.
    if (current == 0 || current > kMaxOneByteId) return std::nullopt;
    const std::size_t size = (elements[at] & 0x0FU) + std::size_t{1};
    if (at + 1 + size > elements.size()) return std::nullopt;
    if (current == id) return elements.subspan(at + 1, size);
    at += 1 + size;
  }
  return std::nullopt;
}

std::optional<Bytes> findTwoByte(Bytes elements, std::uint8_t id) noexcept {
  for (std::size_t at = 0; at < elements.size();) {
    const std::uint8_t current = elements[at];
    if (current == 0) {
      ++at;
      continue;
    }
    if (at + 2 > elements.size()) return std::nullopt;
    const std::size_t size = elements[at + 1];
    if (at + 2 + size > elements.size()) return std::nullopt;
    if (current == id) return elements.subspan(at + 2, size);
    at += 2 + size;
  }
  return std::nullopt;
}

}  // namespace

std::optional<PacketView> PacketView::parse(Bytes bytes) noexcept {
  if (bytes.size() < kFixedHeader || (bytes[0] & 0xC0U) != kVersion2) return std::nullopt;
  PacketView view;
  view.bytes_ = bytes;
  std::size_t at = kFixedHeader + (bytes[0] & 0x0FU) * std::size_t{4};
  if ((bytes[0] & kExtensionBit) != 0) {
    if (at + kExtensionHeader > bytes.size()) return std::nullopt;
    const std::uint16_t profile = util::readU16(bytes, at);
    const std::size_t size = util::readU16(bytes, at + 2) * std::size_t{4};
    at += kExtensionHeader;
    if (at + size > bytes.size()) return std::nullopt;
    view.twoByteExtension_ = (profile & kTwoByteMask) == kTwoByteProfile;
    if (view.twoByteExtension_ || profile == kOneByteProfile) {
      view.extensionAt_ = at;
      view.extensionSize_ = size;
    }
    at += size;
  }
  if (at > bytes.size()) return std::nullopt;
  std::size_t padding = 0;
  if ((bytes[0] & kPaddingBit) != 0) {
    // The count includes its own byte, so that 0 is a lie.
    padding = bytes.back();
    if (padding == 0 || padding > bytes.size() - at) return std::nullopt;
  }
  view.payloadAt_ = at;
  view.payloadSize_ = bytes.size() - at - padding;
  return view;
}

std::optional<Bytes> PacketView::extension(std::uint8_t id) const noexcept {
  if (id == 0) return std::nullopt;
  const Bytes elements = bytes_.subspan(extensionAt_, extensionSize_);
  return twoByteExtension_ ? findTwoByte(elements, id) : findOneByte(elements, id);
}

std::string_view PacketView::textExtension(std::uint8_t id) const noexcept {
  const std::optional<Bytes> element = extension(id);
  if (!element || element->empty()) return {};
  return {reinterpret_cast<const char*>(element->data()), element->size()};
}

HeaderWriter::HeaderWriter(util::MutableBytes out, const Header& header) noexcept : out_(out), size_(kFixedHeader) {
  out_[0] = kVersion2;
  out_[1] = static_cast<std::uint8_t>((header.marker ? 0x80U : 0U) | (header.payloadType & 0x7FU));
  util::writeU16(out_, 2, header.sequenceNumber);
  util::writeU32(out_, 4, header.timestamp);
  util::writeU32(out_, 8, header.ssrc);
}

void HeaderWriter::add(std::uint8_t id, Bytes data) noexcept {
  const std::size_t at = reserve(id, data.size());
  if (at != 0) std::copy(data.begin(), data.end(), out_.subspan(at).begin());
}

void HeaderWriter::add(std::uint8_t id, std::string_view text) noexcept {
  add(id, Bytes{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

std::size_t HeaderWriter::reserve(std::uint8_t id, std::size_t size) noexcept {
  if (id == 0 || id > kMaxOneByteId || size == 0 || size > kMaxOneByteSize) return 0;
  if (!extended_) {
    extended_ = true;
    out_[0] |= kExtensionBit;
    util::writeU16(out_, size_, kOneByteProfile);
    size_ += kExtensionHeader;
  }
  out_[size_] = static_cast<std::uint8_t>((std::size_t{id} << 4U) | (size - 1));
  const std::size_t at = size_ + 1;
  std::fill_n(out_.subspan(at).begin(), size, std::uint8_t{0});
  size_ = at + size;
  return at;
}

std::size_t HeaderWriter::finish() noexcept {
  if (!extended_) return size_;
  while (size_ % 4 != 0) out_[size_++] = 0;
  util::writeU16(out_, kFixedHeader + 2, static_cast<std::uint16_t>((size_ - kFixedHeader - kExtensionHeader) / 4));
  return size_;
}

std::uint32_t toAbsSendTime(std::int64_t microseconds) noexcept {
  // Six bits of seconds: only the time within 64 s is left. To that first, so that the shift cannot overflow.
  constexpr std::int64_t kSecond = 1'000'000;
  constexpr std::int64_t kPeriod = 64 * kSecond;
  const std::int64_t within = ((microseconds % kPeriod) + kPeriod) % kPeriod;
  const std::int64_t fixed = ((within << 18U) + kSecond / 2) / kSecond;
  return static_cast<std::uint32_t>(fixed) & 0xFFFFFFU;
}

AudioLevel parseAudioLevel(std::uint8_t byte) noexcept {
  return {.level = static_cast<std::uint8_t>(byte & 0x7FU), .voice = (byte & 0x80U) != 0};
}

}  // namespace akbuzat::rtp
