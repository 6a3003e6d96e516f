// A text that its copies share.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

namespace mxpulse {

// Eight bytes a copy, where std::shared_ptr has sixteen, and a smaller one for all; what that saves is in tests/bench/README.md.
// Never changes once made, so that copies may be read on any thread.
class SharedText {
 public:
  SharedText() = default;  // none
  explicit SharedText(std::string text) : shared_(new Shared{std::move(text)}) {}

  SharedText(const SharedText& other) noexcept : shared_(other.shared_) {
    if (shared_ != nullptr) shared_->holders.fetch_add(1, std::memory_order_relaxed);
  }
  SharedText(SharedText&& other) noexcept : shared_(std::exchange(other.shared_, nullptr)) {}
  SharedText& operator=(SharedText other) noexcept {
    std::swap(shared_, other.shared_);
    return *this;
  }
  ~SharedText() {
    if (shared_ != nullptr && shared_->holders.fetch_sub(1, std::memory_order_acq_rel) == 1) delete shared_;
  }

  const std::string* get() const { return shared_ == nullptr ? nullptr : &shared_->text; }  // null: none

 private:
  struct Shared {
    const std::string text;
    std::atomic<std::uint32_t> holders{1};
  };

  Shared* shared_ = nullptr;
};

}  // namespace mxpulse
