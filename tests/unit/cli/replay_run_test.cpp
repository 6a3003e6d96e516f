#include "cli/replay_run.hpp"

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::cli;
using namespace std::chrono_literals;

namespace {

const SystemTime kMorning = SystemTime(std::chrono::hours(24 * 365 * 50));

// What the MTA's log would say of one message to example.org.
BounceEvent said(BounceClass what, const std::string& queue_id, Duration after) {
  BounceEvent event;
  event.time = kMorning + std::chrono::duration_cast<SystemTime::duration>(after);
  event.queue_id = queue_id;
  event.destination = *DomainName::parse("example.org");
  event.bounce_class = what;
  return event;
}

ReplayOptions eager() {
  ReplayOptions options;
  options.watch.bounces = 1;
  return options;
}

Replayed only(const ReplayRun& run) {
  const auto all = run.results();
  REQUIRE(all.size() == 1);
  return all.front();
}

}  // namespace

TEST_CASE("attempts that failed while it would have been held are spared, but for one a step") {
  ReplayRun run(eager());
  // An MTA that tries every five minutes, for two hours: at 0 m, 5 m, ..., 120 m.
  for (auto at = 0min; at <= 120min; at += 5min) run.take(said(BounceClass::kNoAnswer, "m", at));
  const Replayed told = only(run);
  CHECK(told.failed == 25);
  CHECK(told.holds == 1);
  CHECK(told.spared == 24);  // all but the bounce that began it
  CHECK(told.trials == 2);   // at 30 m and at 90 m
  CHECK(told.held == 118min);
}

TEST_CASE("a single destination that bounces seldom is not held") {
  ReplayOptions options;
  options.watch.bounces = 3;
  ReplayRun run(options);
  run.take(said(BounceClass::kNoAnswer, "a", 0min));
  run.take(said(BounceClass::kNoAnswer, "a", 10min));
  run.take(said(BounceClass::kNoAnswer, "b", 20min));
  CHECK(only(run).failed == 3);
  CHECK(only(run).holds == 0);
  CHECK(only(run).spared == 0);
}

TEST_CASE("a message that was delivered after another one had been would have left with it") {
  ReplayRun run(eager());
  run.take(said(BounceClass::kNoAnswer, "old", 0min));
  run.take(said(BounceClass::kNoAnswer, "old", 20min));
  run.take(said(BounceClass::kDelivered, "new", 50min));
  run.take(said(BounceClass::kDelivered, "old", 80min));
  const Replayed told = only(run);
  CHECK(told.waited == 1);
  CHECK(told.sooner == 1);
  CHECK(told.sooner_least == 30min);
  CHECK(told.sooner_most == 60min);
  CHECK(told.held == 48min);
}

TEST_CASE("the message that meets the first answer gains nothing for certain") {
  ReplayRun run(eager());
  run.take(said(BounceClass::kNoAnswer, "m", 0min));
  run.take(said(BounceClass::kDelivered, "m", 60min));
  CHECK(only(run).sooner == 0);
  CHECK(only(run).sooner_least == 0min);
  CHECK(only(run).sooner_most == 60min);
}

TEST_CASE("an answer before the probes had found it silent holds nothing") {
  ReplayRun run(eager());
  run.take(said(BounceClass::kNoAnswer, "m", 0s));
  run.take(said(BounceClass::kBusy, "n", 90s));
  run.take(said(BounceClass::kNoAnswer, "m", 10min));
  CHECK(only(run).holds == 0);
}

TEST_CASE("the schedule ends, and from then on nothing is spared") {
  ReplayRun run(eager());
  run.take(said(BounceClass::kNoAnswer, "m", 0h));
  run.take(said(BounceClass::kNoAnswer, "m", 31h));  // 30 m + 1 h + 2 h + 4 h + 24 h = 31.5 h
  run.take(said(BounceClass::kNoAnswer, "m", 32h));
  const Replayed told = only(run);
  CHECK(told.exhausted);
  CHECK(told.spared == 1);
  CHECK(told.trials == 4);
}

TEST_CASE("what the MTA suspends by itself is no attempt") {
  ReplayRun run(eager());
  run.take(said(BounceClass::kNoAnswer, "m", 0min));
  run.take(said(BounceClass::kSuspended, "m", 5min));
  CHECK(only(run).failed == 1);
}

TEST_CASE("a clock that ran back in the log does not bring time back") {
  ReplayRun run(eager());
  run.take(said(BounceClass::kNoAnswer, "m", 60min));
  run.take(said(BounceClass::kNoAnswer, "m", 0min));
  run.take(said(BounceClass::kNoAnswer, "m", 70min));
  CHECK(only(run).failed == 3);
  CHECK(only(run).spared == 1);
}
