#include "health/no_answer_streak.hpp"

#include <algorithm>

namespace mxpulse::health {

NoAnswerStreak NoAnswerStreak::resume(const SavedStreak& saved, SystemTime now) {
  NoAnswerStreak streak;
  if (saved.answering) streak.state_ = *saved.answering ? State::kAnswering : State::kSilent;
  streak.length_ = saved.no_answers;
  streak.answers_ = saved.answers;
  streak.first_ = std::min(saved.first, now);
  streak.last_ = std::min(saved.last, now);
  return streak;
}

SavedStreak NoAnswerStreak::saved() const {
  SavedStreak saved;
  if (state_ != State::kUnknown) saved.answering = state_ == State::kAnswering;
  saved.no_answers = length_;
  saved.answers = answers_;
  saved.first = first().value_or(SystemTime());
  saved.last = last().value_or(SystemTime());
  return saved;
}

Transition NoAnswerStreak::record(Outcome outcome, Thresholds thresholds, Now now) {
  if (outcome == Outcome::kAnswered) {
    length_ = 0;
    ++answers_;
    if (state_ == State::kAnswering) return Transition::kNone;
    return answers_ >= thresholds.rise ? become(State::kAnswering) : Transition::kPending;
  }
  if (outcome == Outcome::kNoAnswer) {
    answers_ = 0;
    first_ = length_++ == 0 ? now.system : std::min(first_, now.system);  // the clock may have been set back
    last_ = now.system;
    heard_ = now.steady;
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
