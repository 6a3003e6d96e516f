// An answer that somebody else will give, on another thread.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace mxpulse::http {

// Given once; whoever waits is woken once. Either may come first, on any thread.
template <typename T>
class Later {
 public:
  void give(T answer) {
    const std::lock_guard lock(mutex_);
    if (answer_) return;
    answer_ = std::move(answer);
    if (wake_) std::exchange(wake_, nullptr)();
  }

  // `wake` is called under the lock: it must be short, and must not call back.
  void wake_with(std::function<void()> wake) {
    const std::lock_guard lock(mutex_);
    answer_ ? wake() : void(wake_ = std::move(wake));
  }

  std::optional<T> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(answer_, std::nullopt);
  }

 private:
  std::mutex mutex_;
  std::optional<T> answer_;
  std::function<void()> wake_;
};

}  // namespace mxpulse::http
