#pragma once

#include <string>

#include <boost/system/error_code.hpp>

namespace akbuzat::util {

// The base's destructor is protected; GCC objects all the same because the base has friends.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
/// A module's error codes, given a name and a function that says what each means.
class ErrorCategory final : public boost::system::error_category {
 public:
  using Sentence = const char* (*)(int code);

  ErrorCategory(const char* name, Sentence sentence) : name_(name), sentence_(sentence) {}

  [[nodiscard]] const char* name() const noexcept override { return name_; }
  [[nodiscard]] std::string message(int code) const override { return sentence_(code); }

 private:
  const char* name_;
  Sentence sentence_;
};
#pragma GCC diagnostic pop

}  // namespace akbuzat::util
