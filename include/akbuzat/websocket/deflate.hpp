#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace akbuzat::websocket {

// permessage-deflate without context takeover in either direction (RFC 7692): each message stands alone, so one
// compressor and one decompressor a thread serve all sockets, and an idle socket holds no zlib state.

/// The payload of a compressed message (RFC 7692 section 7.2.1). Empty if compression failed or would not make it
/// smaller.
std::string deflatePayload(std::string_view payload);

enum class InflateError {
  /// The message would be larger than the limit.
  tooLarge,
  /// Not a DEFLATE stream.
  invalid,
};

struct Inflated {
  /// Valid until the next call on this thread.
  std::string_view payload;
  std::optional<InflateError> error;
};

/// Undoes `deflatePayload` (RFC 7692 section 7.2.2). Never holds more than `maxSize` bytes of output, whatever the
/// input promises to become.
Inflated inflatePayload(std::string_view compressed, std::size_t maxSize);

}  // namespace akbuzat::websocket
