#include "akbuzat/websocket/deflate.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include <zlib.h>

namespace akbuzat::websocket {
namespace {

/// What a sync flush ends with; left out on the wire and added again before inflating (RFC 7692 section 7.2.1).
constexpr std::string_view kFlushMarker{"\x00\x00\xFF\xFF", 4};

/// Raw DEFLATE with the full window: the memory is one thread's, not one socket's.
constexpr int kWindowBits = -15;
/// Half of what level 6 costs for nearly its ratio on JSON.
constexpr int kLevel = 3;
constexpr int kMemoryLevel = 8;

/// Output grows in such steps, so that a small message does not pay for the limit.
constexpr std::size_t kInflateStep = 16 * 1024;

class Deflater {
 public:
  Deflater() {
    if (deflateInit2(&stream_, kLevel, Z_DEFLATED, kWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK)
      throw std::runtime_error("zlib cannot be initialised");
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
};

/// No known sender makes more than one; each costs far more time than the two bytes that it may be.
constexpr int kMaxFinalBlocks = 64;

class Inflater {
 public:
  Inflater() {
    if (inflateInit2(&stream_, kWindowBits) != Z_OK) throw std::runtime_error("zlib cannot be initialised");
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Appends what `input` inflates to, as long as `output` stays within `maxSize`.
  std::optional<InflateError> append(std::string_view input, std::string& output, std::size_t maxSize);
  void reset() { inflateReset(&stream_); }

 private:
  z_stream stream_{};
};

Bytef* bytes(std::string_view text) {
  // zlib's interface is not const-correct; it does not write to its input.
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

std::optional<InflateError> Inflater::append(std::string_view input, std::string& output, std::size_t maxSize) {
  stream_.next_in = bytes(input);
  stream_.avail_in = static_cast<uInt>(input.size());
  for (int ends = 0; ends <= kMaxFinalBlocks;) {
    const std::size_t before = output.size();
    // One byte over the limit is asked for, to tell a message of exactly the limit from one that goes on.
    const std::size_t room = std::min(std::max(kInflateStep, before), maxSize - before + 1);
    output.resize(before + room);
    stream_.next_out = bytes(std::string_view{output}.substr(before));
    stream_.avail_out = static_cast<uInt>(room);
    const int result = inflate(&stream_, Z_SYNC_FLUSH);
    output.resize(before + room - stream_.avail_out);
    if (output.size() > maxSize) return InflateError::tooLarge;
    if (result == Z_STREAM_END) {
      // A final block may be followed by more (RFC 7692 section 7.2.3.4).
      ++ends;
      inflateReset(&stream_);
      if (stream_.avail_in == 0) return std::nullopt;
      continue;
    }
    if (result != Z_OK && result != Z_BUF_ERROR) return InflateError::invalid;
    // Room left over: zlib has no more to give for this input.
    if (stream_.avail_out > 0) return stream_.avail_in == 0 ? std::nullopt : std::optional{InflateError::invalid};
  }
  return InflateError::invalid;
}

}  // namespace

std::string deflatePayload(std::string_view payload) {
  if (payload.size() > std::numeric_limits<uInt>::max() / 2) return {};
  thread_local Deflater deflater;
  z_stream& stream = deflater.stream();
  deflateReset(&stream);
  // No larger than the message: what does not fit does not pay.
  std::string out(payload.size(), '\0');
  stream.next_in = bytes(payload);
  stream.avail_in = static_cast<uInt>(payload.size());
  stream.next_out = bytes(out);
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_SYNC_FLUSH);
  if (result != Z_OK || stream.avail_in != 0 || stream.avail_out == 0) return {};
  out.resize(out.size() - stream.avail_out);
  if (!out.ends_with(kFlushMarker)) return {};
  out.resize(out.size() - kFlushMarker.size());
  return out;
}

Inflated inflatePayload(std::string_view compressed, std::size_t maxSize) {
  if (compressed.size() > std::numeric_limits<uInt>::max() || maxSize > std::numeric_limits<uInt>::max() / 4)
    return {{}, InflateError::tooLarge};
  thread_local Inflater inflater;
  thread_local std::string output;
  inflater.reset();
  output.clear();
  if (const auto error = inflater.append(compressed, output, maxSize)) return {{}, error};
  if (const auto error = inflater.append(kFlushMarker, output, maxSize)) return {{}, error};
  return {output, std::nullopt};
}

}  // namespace akbuzat::websocket
