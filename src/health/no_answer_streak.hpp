// How often in a row somebody did not answer, and whether that is often enough to believe it.
#pragma once

#include <cstdint>
#include <memory>
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
  unsigned length() const { return silence_ ? silence_->length : 0; }
  // When the first and the last no-answer of the streak were seen; empty without a streak.
  std::optional<SystemTime> first() const { return silence_ ? std::optional(silence_->first) : std::nullopt; }
  std::optional<SystemTime> last() const { return silence_ ? std::optional(silence_->last) : std::nullopt; }
  // When the last one was seen on the steady clock; empty without a streak, and for one of an earlier run.
  std::optional<SteadyTime> heard() const { return silence_ ? silence_->heard : std::nullopt; }
  // The last result spoke against the state, or there is no state yet: worth asking sooner.
  bool undecided() const;

 private:
  struct Silence {
    unsigned length = 0;  // no-answers in a row
    SystemTime first;
    SystemTime last;
    std::optional<SteadyTime> heard;
  };

  Transition become(State state);

  State state_ = State::kUnknown;
  unsigned answers_ = 0;              // answers in a row
  std::unique_ptr<Silence> silence_;  // null without a streak, as it is for most
};

}  // namespace mxpulse::health
