#pragma once

#include <cstddef>
#include <string>

#include "support/raw_client.hpp"

namespace akbuzat::test {

/// One frame as a server sends it.
struct ServerFrame {
  /// FIN, RSV and opcode: 0x81 for a whole text message; 0 if the connection has ended.
  unsigned first = 0;
  std::string payload;
};

inline ServerFrame readFrame(RawClient& client) {
  const std::string head = client.readBytes(2);
  if (head.size() < 2) return {};
  std::size_t size = static_cast<unsigned char>(head[1]);
  const std::size_t extra = size == 126 ? 2 : size == 127 ? 8 : 0;
  if (extra > 0) {
    size = 0;
    for (const char c : client.readBytes(extra)) size = size << 8 | static_cast<unsigned char>(c);
  }
  return {static_cast<unsigned char>(head[0]), client.readBytes(size)};
}

}  // namespace akbuzat::test
