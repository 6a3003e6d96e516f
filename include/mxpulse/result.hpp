// A value, or the reason in words why there is none.
#pragma once

#include <optional>
#include <string>
#include <utility>

namespace mxpulse {

// Expected failures are values: `why` is a sentence a postmaster can act on, never empty when there is no value.
template <typename T>
class Result {
 public:
  Result(T value) : value_(std::move(value)) {}

  static Result failure(std::string why) { return Result(Failure{}, std::move(why)); }

  explicit operator bool() const { return value_.has_value(); }
  const T& operator*() const { return *value_; }
  T& operator*() { return *value_; }
  const T* operator->() const { return &*value_; }
  T* operator->() { return &*value_; }
  const std::string& why() const { return why_; }

 private:
  struct Failure {};
  Result(Failure, std::string why) : why_(std::move(why)) {}

  std::optional<T> value_;
  std::string why_;
};

}  // namespace mxpulse
