// How much of a turn of the loop one kind of work may take.
#pragma once

#include <chrono>

namespace mxpulse::net {

// Whoever waits for the loop, the gate's questions above all, waits for the turn under way: what is many is done until its share
// is over, one at least, and goes on in the next turn.
class TurnShare {
 public:
  bool over() const { return Clock::now() >= end_; }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr auto kShare = std::chrono::microseconds(500);

  Clock::time_point end_ = Clock::now() + kShare;
};

}  // namespace mxpulse::net
