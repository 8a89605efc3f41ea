#pragma once

#include <string_view>

namespace akbuzat::util {

/// True if brackets outside of strings nest deeper than `depth`. To be asked before a tree is built of a peer's JSON,
/// rather than by the parser's callback: with one, nlohmann/json takes a time that grows with the square of an array's
/// length. Says nothing about whether `json` is well-formed.
[[nodiscard]] bool nestsDeeperThan(std::string_view json, int depth) noexcept;

}  // namespace akbuzat::util
