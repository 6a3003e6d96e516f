#include "health/no_answer_streak.hpp"

namespace mxpulse::health {

Transition NoAnswerStreak::record(Outcome outcome, Thresholds thresholds, Now now) {
  if (outcome == Outcome::kAnswered) {
    length_ = 0;
    ++answers_;
    if (state_ == State::kAnswering) return Transition::kNone;
    return answers_ >= thresholds.rise ? become(State::kAnswering) : Transition::kPending;
  }
  if (outcome == Outcome::kNoAnswer) {
    answers_ = 0;
    if (length_++ == 0) first_ = now.system;
    last_ = now.system;
    if (state_ == State::kSilent) return Transition::kNone;
    return length_ >= thresholds.fall ? become(State::kSilent) : Transition::kPending;
  }
  return Transition::kNone;
}

bool NoAnswerStreak::undecided() const {
  switch (state_) {
    case State::kUnknown: return true;
    case State::kAnswering: return length_ > 0;
    case State::kSilent: return answers_ > 0;
  }
  return true;
}

Transition NoAnswerStreak::become(State state) {
  state_ = state;
  return Transition::kChanged;
}

}  // namespace mxpulse::health
