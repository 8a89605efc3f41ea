#include "realtime/json_reader.hpp"

namespace akbuzat::realtime {

using Json = nlohmann::json;

std::optional<std::string> JsonReader::string(const char* name, std::size_t maxBytes, ErrorCode tooLong) {
  const Json* value = typed(name, &Json::is_string, " must be a string.");
  if (value == nullptr) return std::nullopt;
  const auto& text = value->get_ref<const std::string&>();
  if (text.size() <= maxBytes) return text;
  fail(tooLong, name, " is too long.");
  return std::nullopt;
}

std::optional<bool> JsonReader::boolean(const char* name) {
  const Json* value = typed(name, &Json::is_boolean, " must be true or false.");
  if (value == nullptr) return std::nullopt;
  return value->get<bool>();
}

void JsonReader::fail(ErrorCode code, std::string_view name, std::string_view what) {
  if (error_) return;
  error_ = Error{code, path_};
  error_->description.append(name).append(what);
}

const Json* JsonReader::typed(const char* name, bool (Json::*is)() const noexcept, const char* what) {
  const auto member = object_.find(name);
  if (member == object_.end() || member->is_null()) return nullptr;
  if (((*member).*is)()) return &*member;
  fail(ErrorCode::decodingError, name, what);
  return nullptr;
}

}  // namespace akbuzat::realtime
