// Lets another thread ask the loop something and wait for the answer.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>

#include "mxpulse/result.hpp"
#include "net/loop.hpp"

namespace mxpulse::daemon {

// Must be closed before the loop ends, and outlive every thread that asks.
class LoopDoor {
 public:
  explicit LoopDoor(net::Loop& loop) : loop_(loop) {}

  // From now on nobody waits: the loop is about to end.
  void close() { closed_ = true; }

  template <typename T>
  using Give = std::function<void(T)>;

  // Runs `question` on the loop's thread and waits for what it gives, then or in a later turn. Any thread but the loop's own.
  template <typename T>
  Result<T> ask_for(std::function<void(Give<T>)> question, Duration limit) {
    auto answer = std::make_shared<std::promise<T>>();
    auto future = answer->get_future();
    loop_.post(
        [answer, question = std::move(question)] { question([answer](T given) { answer->set_value(std::move(given)); }); });
    constexpr auto kGlance = std::chrono::milliseconds(20);  // how long close() may take to be seen
    for (Duration waited{0}; waited < limit && !closed_; waited += kGlance) {
      if (future.wait_for(kGlance) == std::future_status::ready) return future.get();
    }
    return Result<T>::failure(closed_ ? "mxpulse is stopping" : "the event loop is too busy to answer");
  }

  // What `question` returns at once.
  template <typename T>
  Result<T> ask(std::function<T()> question, Duration limit) {
    return ask_for<T>([question = std::move(question)](const Give<T>& give) { give(question()); }, limit);
  }

 private:
  net::Loop& loop_;
  std::atomic<bool> closed_ = false;
};

}  // namespace mxpulse::daemon
