#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace akbuzat::http {

/// The first value of `name` in application/x-www-form-urlencoded text (a query or a form's body), decoded. nullopt if
/// it is not there or its percent-encoding is broken.
std::optional<std::string> formValue(std::string_view form, std::string_view name);

/// The query without the parameter `name`, otherwise as it was.
std::string withoutParameter(std::string_view query, std::string_view name);

}  // namespace akbuzat::http
