#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace akbuzat::util {

/// A value that means one kind of thing and is not to be mixed with another of the same representation.
template <class Tag, class Representation = std::string>
class StrongId {
 public:
  using Value = Representation;

  StrongId() = default;
  explicit StrongId(Representation value) : value_(std::move(value)) {}

  [[nodiscard]] const Representation& value() const noexcept { return value_; }

  friend auto operator<=>(const StrongId&, const StrongId&) = default;
  friend bool operator==(const StrongId&, const StrongId&) = default;

 private:
  Representation value_{};
};

}  // namespace akbuzat::util

template <class Tag, class Representation>
struct std::hash<akbuzat::util::StrongId<Tag, Representation>> {
  std::size_t operator()(const akbuzat::util::StrongId<Tag, Representation>& id) const noexcept {
    return std::hash<Representation>{}(id.value());
  }
};
