// A timer on the loop. Destroying it cancels it; its callback may destroy it.
#pragma once

#include <functional>
#include <memory>

#include "mxpulse/time.hpp"
#include "net/loop.hpp"

namespace mxpulse::net {

class Timer {
 public:
  Timer(Loop& loop, std::function<void()> on_due);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Milliseconds are what the loop knows; shorter delays round up. Starting again forgets the earlier start.
  void start_once(Duration delay);
  void start_every(Duration interval);
  void stop();

 private:
  struct Handle;
  Handle* handle_;  // freed by the loop once it let go of it
};

}  // namespace mxpulse::net
