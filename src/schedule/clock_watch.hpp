// Whether the clocks went on as they should since the last look.
#pragma once

#include <optional>

#include "mxpulse/time.hpp"

namespace mxpulse::schedule {

// Steady time counts suspended time, so that a sleep moves both clocks alike: a gap between two looks tells of it. A step
// moves the system clock alone. Pure: it is given `now`.
class ClockWatch {
 public:
  struct Jump {
    Duration step{0};   // of the system clock against the steady one; back: negative
    Duration slept{0};  // nobody looked for so long
  };

  // To be asked every few seconds. Nothing: all is well.
  std::optional<Jump> look(Now now) {
    const Duration offset = now.system.time_since_epoch() - now.steady.time_since_epoch();
    Jump jump;
    if (last_) {
      const Duration moved = offset - offset_;
      if (moved > kStep || moved < -kStep) jump.step = moved;
      if (now.steady - *last_ > kGap) jump.slept = now.steady - *last_;
    }
    last_ = now.steady;
    offset_ = offset;
    if (jump.step == Duration(0) && jump.slept == Duration(0)) return std::nullopt;
    return jump;
  }

 private:
  static constexpr Duration kStep = std::chrono::seconds(5);  // slewing moves it 5 ms at most between two looks
  static constexpr Duration kGap = std::chrono::minutes(2);   // a loop that is merely busy is back before

  std::optional<SteadyTime> last_;
  Duration offset_{0};
};

}  // namespace mxpulse::schedule
