#pragma once

#include <cstdint>

namespace akbuzat::test {

/// How often the calling thread has asked for memory so far; this program counts (allocation_count.cpp).
[[nodiscard]] std::uint64_t allocationsOfThread() noexcept;

}  // namespace akbuzat::test
