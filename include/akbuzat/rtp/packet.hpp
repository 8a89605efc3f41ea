#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "akbuzat/util/bytes.hpp"

namespace akbuzat::rtp {

/// A checked view of one RTP packet (RFC 3550 section 5.1, RFC 8285). Valid as long as the bytes. A few words, no
/// allocation.
class PacketView {
 public:
  /// nullopt unless version, CSRCs, extension and padding fit into the bytes.
  [[nodiscard]] static std::optional<PacketView> parse(util::Bytes bytes) noexcept;

  [[nodiscard]] std::uint8_t payloadType() const noexcept { return bytes_[1] & 0x7fU; }
  [[nodiscard]] bool marker() const noexcept { return (bytes_[1] & 0x80U) != 0; }
  [[nodiscard]] std::uint16_t sequenceNumber() const noexcept { return util::readU16(bytes_, 2); }
  [[nodiscard]] std::uint32_t timestamp() const noexcept { return util::readU32(bytes_, 4); }
  [[nodiscard]] std::uint32_t ssrc() const noexcept { return util::readU32(bytes_, 8); }
  /// Without padding; empty in a packet that is padding only.
  [[nodiscard]] util::Bytes payload() const noexcept { return bytes_.subspan(payloadAt_, payloadSize_); }
  [[nodiscard]] util::Bytes bytes() const noexcept { return bytes_; }

  /// The element `id` of the header extension, one-byte or two-byte form; nullopt if there is none, or id is 0.
  /// Elements that do not fit, and what comes behind them, are not there.
  [[nodiscard]] std::optional<util::Bytes> extension(std::uint8_t id) const noexcept;
  /// The element as text (mid, rid); empty if there is none.
  [[nodiscard]] std::string_view textExtension(std::uint8_t id) const noexcept;

 private:
  util::Bytes bytes_;
  std::size_t extensionAt_ = 0;
  std::size_t extensionSize_ = 0;
  bool twoByteExtension_ = false;
  std::size_t payloadAt_ = 0;
  std::size_t payloadSize_ = 0;
};

/// The fixed header of a packet that is made by us.
struct Header {
  std::uint8_t payloadType = 0;
  bool marker = false;
  std::uint16_t sequenceNumber = 0;
  std::uint32_t timestamp = 0;
  std::uint32_t ssrc = 0;
};

/// Writes a header with one-byte extension elements (RFC 8285 section 4.2) into the front of a buffer; the payload goes
/// behind it. No allocation. The caller sees to it that everything fits.
class HeaderWriter {
 public:
  HeaderWriter(util::MutableBytes out, const Header& header) noexcept;

  /// Adds an element of 1 to 16 bytes; nothing if it has another size, or `id` is 0 or above 14.
  void add(std::uint8_t id, util::Bytes data) noexcept;
  void add(std::uint8_t id, std::string_view text) noexcept;
  /// Like `add`, of `size` zero bytes; returns where they are in the buffer, for values that are known only when the
  /// packet leaves, or 0.
  std::size_t reserve(std::uint8_t id, std::size_t size) noexcept;
  /// Pads and closes the extension; returns where the payload begins.
  std::size_t finish() noexcept;

 private:
  util::MutableBytes out_;
  std::size_t size_;
  bool extended_ = false;
};

/// abs-send-time: the low 24 bits of seconds in 6.18 fixed point. Any clock will do, as only differences count
/// (webrtc.org, "Absolute Send Time").
[[nodiscard]] std::uint32_t toAbsSendTime(std::int64_t microseconds) noexcept;

/// RFC 6464: level in -dBov (0 loud … 127 silent) and the voice flag.
struct AudioLevel {
  std::uint8_t level = 127;
  bool voice = false;
};
[[nodiscard]] AudioLevel parseAudioLevel(std::uint8_t byte) noexcept;

}  // namespace akbuzat::rtp
