// How many probes may begin in a second, so that neither a first round nor an outage makes a burst.
#pragma once

#include <algorithm>

#include "mxpulse/time.hpp"

namespace mxpulse::schedule {

// Counts every probe, and lets those wait that can. Pure: it is given the time.
class Ceiling {
 public:
  void set_rate(double per_second) {
    spacing_ = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(1 / std::max(kLeast, per_second)));
  }

  // From when on there is room for one more.
  SteadyTime room_at() const { return full_until_ - spacing_ * (kAtOnce - 1); }

  // One that should have begun at `due`, be it later: what could not begin in its time is made up for. Who cannot wait takes
  // the room of those that come, but not for long.
  void begin(SteadyTime due) {
    full_until_ = std::max(full_until_, std::min(std::max(full_until_, due) + spacing_, due + kAhead));
  }
  // It did not begin after all.
  void take_back() { full_until_ -= spacing_; }

 private:
  static constexpr double kLeast = 100;  // a second: so few hurt nobody, and a small installation never waits
  static constexpr int kAtOnce = 100;    // after a pause
  static constexpr auto kAhead = std::chrono::seconds(10);

  Duration spacing_{};
  SteadyTime full_until_{};
};

}  // namespace mxpulse::schedule
