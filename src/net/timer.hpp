// A timer on the loop. Destroying it cancels it; its callback may destroy it.
#pragma once

#include <functional>
#include <memory>

#include "mxpulse/alarm.hpp"
#include "net/loop.hpp"

namespace mxpulse::net {

class Timer final : public Alarm {
 public:
  Timer(Loop& loop, std::function<void()> on_due);
  ~Timer() override;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Milliseconds are what the loop knows; shorter delays round up, none at all too, so that sockets have their turn between.
  void start_once(Duration delay) override;
  void start_every(Duration interval) override;
  void stop() override;

 private:
  struct Handle;
  Handle* handle_;  // freed by the loop once it let go of it
};

}  // namespace mxpulse::net
