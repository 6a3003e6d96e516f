// The one event loop (libuv). Everything but the HTTP server's thread happens on it.
#pragma once

#include <functional>
#include <memory>

#include "mxpulse/alarm.hpp"
#include "mxpulse/time.hpp"

struct uv_loop_s;

namespace mxpulse::net {

class SocketPoll;

class Loop final : public Alarms {
 public:
  Loop();            // throws std::runtime_error when the system gives no loop
  ~Loop() override;  // every Timer, SocketWatch, SignalWatch and FileWatch on it must be gone
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs until stop(). Work posted before is done first.
  void run();
  // Ends run() after the current turn. Loop thread only; from elsewhere: post([&] { loop.stop(); }).
  void stop();

  // Runs `work` on the loop's thread in a later turn, in the order posted. Any thread; also inside a callback.
  // What is still queued when the loop is destroyed is dropped unrun.
  void post(std::function<void()> work);

  // A Timer.
  std::unique_ptr<Alarm> make(std::function<void()> on_due) override;

  SocketPoll& sockets();  // what every SocketWatch waits with
  uv_loop_s* handle() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The machine's clocks. Steady time counts suspended time (CLOCK_BOOTTIME), so an interval slept through is over.
class MachineClock final : public Clock {
 public:
  Now now() const override;
};

}  // namespace mxpulse::net
