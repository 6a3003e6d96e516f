#include "gate/gate.hpp"
#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::gate;
using namespace std::chrono_literals;

namespace {

const DomainName kDead = *DomainName::parse("dead.example");

Now at(Duration since) {
  return {SteadyTime(1000h + since), SystemTime(1'700'000'000s + std::chrono::duration_cast<SystemTime::duration>(since))};
}

// The same moments on the clocks of another boot.
Now rebooted(Duration since) { return {SteadyTime(1h + since), at(since).system}; }

void falls_silent(Gate& gate, Now now) { gate.silent(kDead, now.steady, "nobody answers", now); }

Gate held_since_the_start() {
  Gate gate{Policy{}};
  gate.nominated(kDead, at(0s));
  falls_silent(gate, at(1s));
  REQUIRE(gate.answer(kDead, at(1s)).hold);
  return gate;
}

}  // namespace

TEST_CASE("a hold goes on after a restart, until it would have ended") {
  Gate before = held_since_the_start();
  const auto until = before.answer(kDead, at(1s)).until;
  Gate after{Policy{}};
  const auto moves = after.resume({*before.saved(kDead, at(60s))}, at(60s), rebooted(90s));
  REQUIRE(moves.size() == 1);
  CHECK(moves[0].to == GateMove::kHeld);
  CHECK(moves[0].until == until);
  CHECK(after.answer(kDead, rebooted(90s)).hold);
  CHECK(after.answer(kDead, rebooted(90s)).until == until);
  CHECK(after.next() == rebooted(1501s).steady);  // the evidence of before is too old then
}

TEST_CASE("whose evidence is too old after a restart is released, so that what waited is flushed") {
  Gate before = held_since_the_start();
  Gate after{Policy{}};
  const auto moves = after.resume({*before.saved(kDead, at(60s))}, at(60s), rebooted(26min));
  REQUIRE(moves.size() == 1);
  CHECK(moves[0].to == GateMove::kReleased);
  CHECK_FALSE(after.answer(kDead, rebooted(26min)).hold);
  falls_silent(after, rebooted(27min));
  CHECK(after.answer(kDead, rebooted(27min)).hold);
}

TEST_CASE("a clock that was set back lets no hold go on, one that was set ahead makes none longer") {
  Gate before = held_since_the_start();
  const SavedCourse saved = *before.saved(kDead, at(60s));
  Gate back{Policy{}};
  const auto moves = back.resume({saved}, at(60s), rebooted(-1h));
  REQUIRE(moves.size() == 1);
  CHECK(moves[0].to == GateMove::kReleased);
  CHECK_FALSE(back.on_course(kDead));

  Gate partly{Policy{}};  // it was set back by less than the time we were gone
  CHECK(partly.resume({saved}, at(60s), {at(2h).steady, at(80s).system}).at(0).to == GateMove::kReleased);

  Gate ahead{Policy{}};
  ahead.resume({saved}, at(60s), rebooted(20min));
  CHECK(*ahead.answer(kDead, rebooted(20min)).until <= at(30min).system);
  ahead.turn(rebooted(30min));
  CHECK_FALSE(ahead.answer(kDead, rebooted(30min)).hold);
}

TEST_CASE("a step of the retry schedule that came due meanwhile is taken at once") {
  Gate before = held_since_the_start();
  Gate after{Policy{}};
  SavedCourse saved = *before.saved(kDead, at(60s));
  saved.evidence = at(30min).system;  // another round was written shortly before the end
  after.resume({saved}, at(30min), rebooted(31min));
  const auto moves = after.turn(rebooted(31min));
  REQUIRE(!moves.empty());
  CHECK(moves.back().to == GateMove::kTrial);
}

TEST_CASE("a bounce of long before the restart is no course any more") {
  Gate before = held_since_the_start();
  Gate after{Policy{}};
  after.unsaved().want();
  after.resume({*before.saved(kDead, at(60s))}, at(60s), rebooted(25h));
  CHECK_FALSE(after.on_course(kDead));
  CHECK(after.unsaved().take() == std::vector{kDead});
}

TEST_CASE("with a store a hold begins once its evidence is written down, not before") {
  Policy policy;
  policy.keeps_evidence = true;
  Gate gate{policy};
  gate.nominated(kDead, at(0s));
  const SavedCourse too_early = *gate.saved(kDead, at(0s));
  falls_silent(gate, at(1s));
  const SavedCourse saved = *gate.saved(kDead, at(1s));
  CHECK_FALSE(gate.answer(kDead, at(1s)).hold);
  CHECK(gate.kept(too_early, at(2s)).empty());
  CHECK_FALSE(gate.answer(kDead, at(2s)).hold);
  const auto moves = gate.kept(saved, at(2s));
  REQUIRE(moves.size() == 1);
  CHECK(moves[0].to == GateMove::kHeld);
  CHECK(gate.answer(kDead, at(2s)).hold);
}

TEST_CASE("what was written of an earlier silence does not stand for a later one") {
  Policy policy;
  policy.keeps_evidence = true;
  Gate gate{policy};
  gate.nominated(kDead, at(0s));
  falls_silent(gate, at(1s));
  const SavedCourse saved = *gate.saved(kDead, at(1s));
  gate.doubted(kDead, "is it us?", at(2s));
  falls_silent(gate, at(3s));
  CHECK(gate.kept(saved, at(4s)).empty());
  CHECK_FALSE(gate.answer(kDead, at(4s)).hold);
}
