#include "health/no_answer_streak.hpp"

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::health;
using namespace std::chrono_literals;

namespace {

constexpr Thresholds kThreeAndOne{3, 1};

Now at(int second) { return {SteadyTime(std::chrono::seconds(second)), SystemTime(std::chrono::seconds(second))}; }

}  // namespace

TEST_CASE("a streak goes silent on the third no-answer in a row") {
  NoAnswerStreak streak;
  CHECK(streak.record(Outcome::kNoAnswer, kThreeAndOne, at(10)) == Transition::kPending);
  CHECK(streak.record(Outcome::kNoAnswer, kThreeAndOne, at(20)) == Transition::kPending);
  CHECK(streak.state() == State::kUnknown);
  CHECK(streak.record(Outcome::kNoAnswer, kThreeAndOne, at(30)) == Transition::kChanged);
  CHECK(streak.state() == State::kSilent);
  CHECK(streak.length() == 3);
  CHECK(streak.first() == at(10).system);
  CHECK(streak.last() == at(30).system);
}

TEST_CASE("a streak is untouched when we could not ask, and by facts of the domain") {
  NoAnswerStreak streak;
  streak.record(Outcome::kNoAnswer, kThreeAndOne, at(10));
  for (const Outcome outcome : {Outcome::kNotTried, Outcome::kUnusable}) {
    CHECK(streak.record(outcome, kThreeAndOne, at(20)) == Transition::kNone);
    CHECK(streak.length() == 1);
    CHECK(streak.last() == at(10).system);
  }
}

TEST_CASE("one answer ends a streak, and a later streak has a new beginning") {
  NoAnswerStreak streak;
  for (int i = 0; i < 5; ++i) streak.record(Outcome::kNoAnswer, kThreeAndOne, at(i));
  CHECK(streak.record(Outcome::kAnswered, kThreeAndOne, at(9)) == Transition::kChanged);
  CHECK(streak.state() == State::kAnswering);
  CHECK(streak.length() == 0);
  CHECK_FALSE(streak.first());
  streak.record(Outcome::kNoAnswer, kThreeAndOne, at(12));
  CHECK(streak.first() == at(12).system);
  CHECK(streak.undecided());
}

TEST_CASE("with rise 2 a silent host must answer twice in a row") {
  constexpr Thresholds thresholds{1, 2};
  NoAnswerStreak streak;
  CHECK(streak.record(Outcome::kNoAnswer, thresholds, at(1)) == Transition::kChanged);
  CHECK(streak.record(Outcome::kAnswered, thresholds, at(2)) == Transition::kPending);
  CHECK(streak.record(Outcome::kNoAnswer, thresholds, at(3)) == Transition::kNone);
  CHECK(streak.record(Outcome::kAnswered, thresholds, at(4)) == Transition::kPending);
  CHECK(streak.undecided());
  CHECK(streak.record(Outcome::kAnswered, thresholds, at(5)) == Transition::kChanged);
}

TEST_CASE("a streak goes on after a restart") {
  NoAnswerStreak before;
  for (const int second : {10, 20, 30}) before.record(Outcome::kNoAnswer, kThreeAndOne, at(second));
  NoAnswerStreak after = NoAnswerStreak::resume(before.saved(), at(40).system);
  CHECK(after.state() == State::kSilent);
  CHECK(after.saved() == before.saved());
  after.record(Outcome::kNoAnswer, kThreeAndOne, at(50));
  CHECK(after.length() == 4);
  CHECK(after.first() == at(10).system);
}

TEST_CASE("a streak that a clock ahead of ours dated begins now") {
  NoAnswerStreak before;
  before.record(Outcome::kNoAnswer, kThreeAndOne, at(1000));
  const NoAnswerStreak after = NoAnswerStreak::resume(before.saved(), at(10).system);
  CHECK(after.length() == 1);
  CHECK(after.first() == at(10).system);
}

TEST_CASE("a streak whose clock is set back began no later than it was heard last") {
  NoAnswerStreak streak;
  streak.record(Outcome::kNoAnswer, kThreeAndOne, at(1000));
  streak.record(Outcome::kNoAnswer, kThreeAndOne, {at(1010).steady, at(20).system});
  CHECK(streak.first() == at(20).system);
  CHECK(streak.saved().last == at(20).system);
}
