// Both clocks and every alarm, moved by hand. What takes days happens at once, in the same order every time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "mxpulse/alarm.hpp"
#include "mxpulse/time.hpp"

namespace mxpulse::test {

class FakeTime final : public Clock, public Alarms {
 public:
  Now now() const override { return {SteadyTime(kBoot + running_ + asleep_), kStart + running_ + asleep_ + stepped_}; }
  std::unique_ptr<Alarm> make(std::function<void()> on_due) override;

  // Calls everything that comes due on the way.
  void pass(Duration time);
  // The next thing that comes due within `time`, or that time itself: false.
  bool turn(Duration time);
  // Suspended: both clocks count it, and the loop's timers do not (CLOCK_BOOTTIME against CLOCK_MONOTONIC).
  void suspend(Duration time) { asleep_ += time; }
  // Somebody sets the wall clock.
  void step(Duration by) { stepped_ += by; }

  // How far the wall clock is from where it would be had nobody set it.
  Duration stepped() const { return stepped_; }
  Duration running() const { return running_; }
  std::size_t alarms_set() const { return due_.size(); }

 private:
  class FakeAlarm;

  static constexpr Duration kBoot = std::chrono::hours(1);
  static constexpr SystemTime kStart{std::chrono::seconds(1'800'000'000)};  // 2027-01-15, 08:00 UTC

  Duration running_{0};
  Duration asleep_{0};
  Duration stepped_{0};
  std::uint64_t starts_ = 0;
  std::map<std::pair<Duration, std::uint64_t>, FakeAlarm*> due_;  // by time, then by when it was started
};

}  // namespace mxpulse::test
