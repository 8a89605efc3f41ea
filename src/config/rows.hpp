#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "akbuzat/config/settings.hpp"
#include "config/values.hpp"

namespace akbuzat::config {

// Makers of the table's rows, one a kind of value.

/// What a row says of itself, apart from its kind of value.
struct Label {
  std::string_view name;
  std::string_view placeholder;
  std::string_view group;
  std::string_view meaning;
};

inline Setting row(const Label& label, std::string allowed) {
  return Setting{.name = label.name,
                 .placeholder = label.placeholder,
                 .group = label.group,
                 .meaning = label.meaning,
                 .allowed = std::move(allowed),
                 .apply = {},
                 .print = {}};
}

// A `field` is a function from a Config, const or not, to a reference to the member that the row is about.

template <class Field>
Setting text(const Label& label, std::string allowed, Field field) {
  auto setting = row(label, std::move(allowed));
  setting.apply = [field](Config& config, std::string_view value) {
    field(config) = std::string(value);
    return true;
  };
  setting.print = [field](const Config& config) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field(config))>, std::filesystem::path>)
      return field(config).string();
    else
      return field(config);
  };
  return setting;
}

template <class Field>
Setting secret(const Label& label, Field field) {
  auto setting = text(label, "at least 16 characters", field);
  setting.secret = true;
  setting.apply = [field](Config& config, std::string_view value) {
    if (value.size() < kShortestSecret) return false;
    field(config) = std::string(value);
    return true;
  };
  return setting;
}

/// What stands in a path of the Realtime API for an app or a key.
template <class Field>
Setting appId(const Label& label, Field field) {
  auto setting = text(label, "1 to 64 letters, digits, - or _", field);
  setting.apply = [field](Config& config, std::string_view value) {
    if (!isAppId(value)) return false;
    field(config) = std::string(value);
    return true;
  };
  return setting;
}

/// The address of a service of others.
template <class Field>
Setting serviceUrl(const Label& label, Field field) {
  auto setting =
      text(label, "an address such as https://api.example.org/v1; http:// only for this machine itself", field);
  setting.apply = [field](Config& config, std::string_view value) {
    auto url = parseServiceUrl(value);
    if (!url) return false;
    field(config) = std::move(*url);
    return true;
  };
  return setting;
}

template <class Field>
Setting size(const Label& label, std::uint64_t least, std::uint64_t most, Field field) {
  auto setting = row(
      label, "a number of bytes from " + printSize(least) + " to " + printSize(most) + ", such as 65536, 64k or 1M");
  setting.apply = [=](Config& config, std::string_view value) {
    const auto bytes = parseSize(value);
    if (!bytes || *bytes < least || *bytes > most) return false;
    field(config) = *bytes;
    return true;
  };
  setting.print = [field](const Config& config) { return printSize(field(config)); };
  return setting;
}

template <class Field>
Setting duration(const Label& label, std::chrono::milliseconds least, std::chrono::milliseconds most, Field field) {
  auto setting =
      row(label, "a time from " + printDuration(least) + " to " + printDuration(most) + ", such as 30, 30s or 500ms");
  setting.apply = [=](Config& config, std::string_view value) {
    const auto time = parseDuration(value);
    if (!time || *time < least || *time > most) return false;
    field(config) = *time;
    return true;
  };
  setting.print = [field](const Config& config) { return printDuration(field(config)); };
  return setting;
}

template <class Field>
Setting rate(const Label& label, Field field) {
  constexpr double kMost = 1e6;
  auto setting = row(label, "a number from 0 to 1000000, where 0 switches the limit off");
  setting.apply = [field](Config& config, std::string_view value) {
    const auto number = parseRate(value);
    if (!number || *number > kMost) return false;
    field(config) = *number;
    return true;
  };
  setting.print = [field](const Config& config) { return printRate(field(config)); };
  return setting;
}

/// A whole number; the member may be optional.
template <class Field>
Setting number(const Label& label, std::int64_t least, std::int64_t most, Field field) {
  auto setting = row(label, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  setting.apply = [=](Config& config, std::string_view value) {
    const auto parsed = parseInteger(value);
    if (!parsed || *parsed < least || *parsed > most) return false;
    auto& member = field(config);
    if constexpr (requires { member.has_value(); })
      member = static_cast<typename std::remove_cvref_t<decltype(member)>::value_type>(*parsed);
    else
      member = static_cast<std::remove_cvref_t<decltype(member)>>(*parsed);
    return true;
  };
  setting.print = [field](const Config& config) {
    const auto& member = field(config);
    if constexpr (requires { member.has_value(); })
      return member ? std::to_string(*member) : std::string{};
    else
      return std::to_string(member);
  };
  return setting;
}

template <class Enum>
struct Choice {
  std::string_view word;
  Enum value;
};

template <class Enum, class Field>
Setting choice(const Label& label, std::vector<Choice<Enum>> choices, Field field) {
  std::string allowed;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) allowed += i + 1 == choices.size() ? " or " : ", ";
    allowed += choices[i].word;
  }
  auto setting = row(label, std::move(allowed));
  setting.apply = [choices, field](Config& config, std::string_view value) {
    const auto found = std::ranges::find(choices, value, &Choice<Enum>::word);
    if (found == choices.end()) return false;
    field(config) = found->value;
    return true;
  };
  setting.print = [choices, field](const Config& config) {
    return std::string(std::ranges::find(choices, field(config), &Choice<Enum>::value)->word);
  };
  return setting;
}

}  // namespace akbuzat::config
