// A value that its copies share.
#pragma once

#include <memory>
#include <utility>

namespace mxpulse {

// Never changes once made, so that copies may be read on any thread; a copy costs a pointer, however large the value.
template <typename T>
class Shared {
 public:
  Shared(T value) : value_(std::make_shared<const T>(std::move(value))) {}  // NOLINT(google-explicit-constructor): reads as a T

  operator const T&() const { return *value_; }  // NOLINT(google-explicit-constructor)
  const T& operator*() const { return *value_; }
  const T* operator->() const { return value_.get(); }

 private:
  std::shared_ptr<const T> value_;
};

}  // namespace mxpulse
