#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "akbuzat/realtime/types.hpp"

namespace akbuzat::realtime {

/// Reads the members of one object of a body. The first error of the body stays; whoever read it is answered with
/// nothing. null is as good as absent. `path` leads to the object in the sentences of errors: "", or "tracks[3].".
class JsonReader {
 public:
  JsonReader(const nlohmann::json& object, std::string path, std::optional<Error>& error)
      : object_(object), path_(std::move(path)), error_(error) {}

  std::optional<std::string> string(const char* name, std::size_t maxBytes,
                                    ErrorCode tooLong = ErrorCode::invalidParams);
  std::optional<bool> boolean(const char* name);
  /// The member is one of two words.
  template <class Choice>
  std::optional<Choice> choice(const char* name, const std::array<std::pair<const char*, Choice>, 2>& words);
  /// nullptr if it is absent.
  const nlohmann::json* object(const char* name) {
    return typed(name, &nlohmann::json::is_object, " must be an object.");
  }
  const nlohmann::json* array(const char* name) { return typed(name, &nlohmann::json::is_array, " must be an array."); }

  /// The object itself.
  [[nodiscard]] const nlohmann::json& json() const { return object_; }
  /// The reader of `value`, which is the member `name`.
  [[nodiscard]] JsonReader within(const nlohmann::json& value, const std::string& name) const {
    return {value, path_ + name + ".", error_};
  }

  /// `what` follows the member's name.
  void fail(ErrorCode code, std::string_view name, std::string_view what);
  [[nodiscard]] bool failed() const { return error_.has_value(); }

 private:
  /// nullptr if it is absent or of another type.
  const nlohmann::json* typed(const char* name, bool (nlohmann::json::*is)() const noexcept, const char* what);

  const nlohmann::json& object_;
  std::string path_;
  std::optional<Error>& error_;
};

template <class Choice>
std::optional<Choice> JsonReader::choice(const char* name, const std::array<std::pair<const char*, Choice>, 2>& words) {
  const auto* value = typed(name, &nlohmann::json::is_string, " must be a string.");
  if (value == nullptr) return std::nullopt;
  for (const auto& [word, meaning] : words) {
    if (value->get_ref<const std::string&>() == word) return meaning;
  }
  fail(ErrorCode::decodingError, name, std::string{" must be "} + words[0].first + " or " + words[1].first + ".");
  return std::nullopt;
}

}  // namespace akbuzat::realtime
