// How often in a row somebody did not answer, and whether that is often enough to believe it.
#pragma once

#include <cstdint>
#include <optional>

#include "mxpulse/cause.hpp"
#include "mxpulse/saved.hpp"
#include "mxpulse/time.hpp"

namespace mxpulse::health {

// How many results in a row change our mind; each at least 1.
struct Thresholds {
  unsigned fall = 3;  // no-answers until somebody counts as silent
  unsigned rise = 1;  // answers until they count as answering
};

enum class State : std::uint8_t { kUnknown, kAnswering, kSilent };

enum class Transition : std::uint8_t {
  kNone,     // the result agrees with the state, or says nothing
  kPending,  // the result speaks against the state, not yet often enough
  kChanged,  // the state is another one now
};

// - no_answer lengthens the streak; `fall` of them in a row make the state silent
// - answered ends the streak at once; `rise` of them in a row make the state answering
// - not_tried and unusable leave everything as it is: they say nothing about the host
class NoAnswerStreak {
 public:
  // Goes on with a streak of an earlier run. What is dated after `now` was dated by a clock that was wrong: it counts as now.
  static NoAnswerStreak resume(const SavedStreak& saved, SystemTime now);

  Transition record(Outcome outcome, Thresholds thresholds, Now now);
  SavedStreak saved() const;

  State state() const { return state_; }
  unsigned length() const { return length_; }
  // When the first and the last no-answer of the streak were seen; empty without a streak.
  std::optional<SystemTime> first() const { return length_ > 0 ? std::optional(first_) : std::nullopt; }
  std::optional<SystemTime> last() const { return length_ > 0 ? std::optional(last_) : std::nullopt; }
  // When the last one was seen on the steady clock; empty without a streak, and for one of an earlier run.
  std::optional<SteadyTime> heard() const { return length_ > 0 && heard_ != kNever ? std::optional(heard_) : std::nullopt; }
  // The last result spoke against the state, or there is no state yet: worth asking sooner.
  bool undecided() const;

 private:
  static constexpr SteadyTime kNever = SteadyTime::min();  // in this run

  Transition become(State state);

  State state_ = State::kUnknown;
  unsigned length_ = 0;   // no-answers in a row
  unsigned answers_ = 0;  // answers in a row
  SystemTime first_{};
  SystemTime last_{};
  SteadyTime heard_ = kNever;
};

}  // namespace mxpulse::health
