#include "health/no_answer_streak.hpp"

#include <algorithm>

namespace mxpulse::health {

NoAnswerStreak NoAnswerStreak::resume(const SavedStreak& saved, SystemTime now) {
  NoAnswerStreak streak;
  if (saved.answering) streak.state_ = *saved.answering ? State::kAnswering : State::kSilent;
  streak.answers_ = saved.answers;
  if (saved.no_answers > 0)
    streak.silence_ =
        std::make_unique<Silence>(Silence{saved.no_answers, std::min(saved.first, now), std::min(saved.last, now), {}});
  return streak;
}

SavedStreak NoAnswerStreak::saved() const {
  SavedStreak saved;
  if (state_ != State::kUnknown) saved.answering = state_ == State::kAnswering;
  saved.no_answers = length();
  saved.answers = answers_;
  saved.first = first().value_or(SystemTime());
  saved.last = last().value_or(SystemTime());
  return saved;
}

Transition NoAnswerStreak::record(Outcome outcome, Thresholds thresholds, Now now) {
  if (outcome == Outcome::kAnswered) {
    silence_.reset();
    ++answers_;
    if (state_ == State::kAnswering) return Transition::kNone;
    return answers_ >= thresholds.rise ? become(State::kAnswering) : Transition::kPending;
  }
  if (outcome == Outcome::kNoAnswer) {
    answers_ = 0;
    if (!silence_) silence_ = std::make_unique<Silence>(Silence{0, now.system, now.system, now.steady});
    ++silence_->length;
    silence_->first = std::min(silence_->first, now.system);  // the clock may have been set back
    silence_->last = now.system;
    silence_->heard = now.steady;
    if (state_ == State::kSilent) return Transition::kNone;
    return silence_->length >= thresholds.fall ? become(State::kSilent) : Transition::kPending;
  }
  return Transition::kNone;
}

bool NoAnswerStreak::undecided() const {
  switch (state_) {
    case State::kUnknown: return true;
    case State::kAnswering: return silence_ != nullptr;
    case State::kSilent: return answers_ > 0;
  }
  return true;
}

Transition NoAnswerStreak::become(State state) {
  state_ = state;
  return Transition::kChanged;
}

}  // namespace mxpulse::health
