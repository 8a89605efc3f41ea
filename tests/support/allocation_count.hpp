#pragma once

#include <cstdint>

namespace akbuzat::test {

/// How often the calling thread has asked for memory so far; a program that calls this counts.
[[nodiscard]] std::uint64_t allocationsOfThread() noexcept;

}  // namespace akbuzat::test
