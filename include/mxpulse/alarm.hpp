// The door to waiting: a call that comes later, on the loop's thread.
#pragma once

#include <functional>
#include <memory>

#include "mxpulse/time.hpp"

namespace mxpulse {

// Destroying it cancels the call; the call may destroy it.
class Alarm {
 public:
  virtual ~Alarm() = default;
  // Starting again forgets the earlier start. Never called back inside these.
  virtual void start_once(Duration delay) = 0;
  virtual void start_every(Duration interval) = 0;
  virtual void stop() = 0;
};

class Alarms {
 public:
  virtual ~Alarms() = default;
  virtual std::unique_ptr<Alarm> make(std::function<void()> on_due) = 0;
};

}  // namespace mxpulse
