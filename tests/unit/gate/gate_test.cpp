#include "gate/gate.hpp"

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::gate;
using namespace std::chrono_literals;

namespace {

const DomainName kDead = *DomainName::parse("dead.example");

// A gate with a clock of its own, and everything it said.
struct Lab {
  explicit Lab(Policy policy = {}) : gate(std::move(policy)) {}

  Gate gate;
  Now now{SteadyTime(1000h), SystemTime(1'700'000'000s)};
  std::vector<std::string> moves;

  void take(const Gate::Transitions& transitions) {
    for (const auto& one : transitions) moves.emplace_back(label(one.to));
  }
  void pass(Duration time) {  // in steps of the probes that a silent host gets
    for (Duration passed{0}; passed < time; passed += 1min) {
      now.steady += 1min;
      now.system += 1min;
      take(gate.turn(now));
      if (probes_find_it_silent) take(gate.silent(kDead, now.steady, "nobody answers", now));
    }
  }
  void bounce() { take(gate.nominated(kDead, now)); }
  void silent() {
    probes_find_it_silent = true;
    take(gate.silent(kDead, now.steady, "nobody answers", now));
  }
  void answers() {
    probes_find_it_silent = false;
    take(gate.answers(kDead, "it greets", now));
  }
  bool held() const { return gate.answer(kDead, now).hold; }

  bool probes_find_it_silent = false;
};

using Moves = std::vector<std::string>;

}  // namespace

TEST_CASE("a destination is held when it bounced and our own probes find it silent") {
  Lab lab;
  lab.bounce();
  CHECK_FALSE(lab.held());
  lab.silent();
  CHECK(lab.held());
  CHECK(lab.moves == Moves{"held"});
}

TEST_CASE("silence alone holds nothing: the MTA must have bounced") {
  Lab lab;
  lab.silent();
  CHECK_FALSE(lab.held());
  lab.bounce();
  CHECK_FALSE(lab.held());  // what was seen before the course began is not its evidence
  lab.silent();
  CHECK(lab.held());
}

TEST_CASE("a flood of bounces for a destination that answers holds nothing") {
  Lab lab;
  for (int i = 0; i < 1000; ++i) {
    lab.bounce();
    lab.answers();
  }
  CHECK(lab.moves.empty());
}

TEST_CASE("the first answer releases at once") {
  Lab lab;
  lab.bounce();
  lab.silent();
  lab.pass(10min);
  lab.answers();
  CHECK_FALSE(lab.held());
  CHECK(lab.moves == Moves{"held", "released"});
}

TEST_CASE("a delivery releases at once and ends the course") {
  Lab lab;
  lab.bounce();
  lab.silent();
  lab.take(lab.gate.delivered(kDead, lab.now));
  CHECK_FALSE(lab.held());
  CHECK_FALSE(lab.gate.on_course(kDead));
  lab.silent();
  CHECK_FALSE(lab.held());
}

TEST_CASE("trials come at 30 m, +1 h, +2 h, +4 h, and after +24 h the schedule is exhausted") {
  Lab lab;
  lab.bounce();
  lab.silent();
  std::vector<Duration> trials;
  Duration passed{0};
  std::size_t seen = lab.moves.size();
  while (passed < 32h) {
    lab.pass(10min);
    passed += 10min;
    for (; seen < lab.moves.size(); ++seen) {
      if (lab.moves[seen] == "held") continue;
      if (lab.moves[seen] == "trial") trials.push_back(passed);
      lab.bounce();  // the message that was let through bounces
    }
  }
  CHECK(trials == std::vector<Duration>{30min, 90min, 210min, 450min});
  CHECK(lab.moves.back() == "exhausted");
  CHECK_FALSE(lab.held());
  CHECK(lab.gate.answer(kDead, lab.now).exhausted);
}

TEST_CASE("an exhausted destination is never held again before somebody answers") {
  Lab lab({.schedule = {10min}});
  lab.bounce();
  lab.silent();
  lab.pass(11min);
  CHECK(lab.moves == Moves{"held", "exhausted"});
  lab.bounce();
  lab.pass(5h);
  CHECK(lab.moves.size() == 2);
  lab.answers();
  CHECK(lab.moves.back() == "released");
  lab.bounce();
  lab.silent();
  CHECK(lab.held());
}

TEST_CASE("a trial's line settles it") {
  Lab lab({.schedule = {10min, 10min, 10min, 10min}});
  lab.bounce();
  lab.silent();
  lab.pass(10min);
  lab.bounce();
  CHECK(lab.gate.take_retry_results() == std::vector{RetryResult::kNoAnswer});
  CHECK(lab.moves == Moves{"held", "trial", "held"});
  lab.pass(10min);
  lab.take(lab.gate.delivered(kDead, lab.now));
  CHECK(lab.gate.take_retry_results() == std::vector{RetryResult::kDelivered});
}

TEST_CASE("a trial that no line tells of is unsettled, and the hold goes on") {
  Lab lab({.schedule = {10min, 1h}, .trial_patience = 5min});
  lab.bounce();
  lab.silent();
  lab.pass(16min);
  CHECK(lab.gate.take_retry_results() == std::vector{RetryResult::kUnsettled});
  CHECK(lab.held());
}

TEST_CASE("where no mail waits for the trial, the next message is it") {
  Lab lab({.schedule = {10min, 1h}});
  lab.bounce();
  lab.silent();
  lab.probes_find_it_silent = false;
  lab.pass(10min);
  lab.take(lab.gate.nothing_waiting(kDead, lab.now));
  CHECK_FALSE(lab.held());
  lab.silent();  // our probes go on, and hold nothing before that message came
  CHECK_FALSE(lab.held());
  lab.bounce();
  CHECK(lab.held());
}

TEST_CASE("a lease ends when the wall clock runs ahead, and when it is set back") {
  for (const auto jump : {std::chrono::hours(1), std::chrono::hours(-1)}) {
    Lab lab;
    lab.bounce();
    lab.silent();
    lab.now.system += jump;
    CHECK_FALSE(lab.held());
    lab.take(lab.gate.turn(lab.now));
    CHECK(lab.moves == Moves{"held", "released"});
  }
}

TEST_CASE("a hold ends when our own evidence grows old") {
  Lab lab({.evidence_age = 5min});
  lab.bounce();
  lab.silent();
  lab.probes_find_it_silent = false;  // the prober is stuck
  lab.pass(6min);
  CHECK_FALSE(lab.held());
  CHECK(lab.moves == Moves{"held", "released"});
}

TEST_CASE("a hold ends when the last bounce is a day old") {
  Lab lab({.schedule = {100h}, .max_hold = 100h});
  lab.bounce();
  lab.silent();
  lab.pass(24h);
  CHECK_FALSE(lab.held());
  CHECK_FALSE(lab.gate.on_course(kDead));
}

TEST_CASE("with our vantage in doubt nothing is held, and nothing begins") {
  Lab lab;
  lab.bounce();
  lab.silent();
  lab.take(lab.gate.distrust("port 25 is cut", lab.now));
  CHECK_FALSE(lab.held());
  lab.silent();
  CHECK(lab.moves == Moves{"held", "released"});
  lab.take(lab.gate.distrust("", lab.now));
  lab.silent();
  CHECK(lab.held());
}

TEST_CASE("a destination that our own broken path makes silent is let go, until it is found silent again") {
  Lab lab;
  lab.bounce();
  lab.silent();
  lab.take(lab.gate.doubted(kDead, "IPv6 is cut", lab.now));
  CHECK_FALSE(lab.held());
  lab.bounce();
  CHECK_FALSE(lab.held());
  lab.silent();
  CHECK(lab.held());
}

TEST_CASE("a destination on the never-hold list is never held, and is let go by a reload") {
  Policy policy;
  Lab lab(policy);
  lab.bounce();
  lab.silent();
  policy.never_hold.insert(kDead);
  lab.take(lab.gate.configure(policy, lab.now));
  CHECK_FALSE(lab.held());
  lab.bounce();
  lab.silent();
  CHECK_FALSE(lab.held());
}

TEST_CASE("a destination that is watched no more is let go") {
  Lab lab;
  lab.bounce();
  lab.silent();
  lab.take(lab.gate.forgotten(kDead, lab.now));
  CHECK(lab.moves == Moves{"held", "released"});
  CHECK(lab.gate.held().empty());
}

TEST_CASE("whoever stops lets everything go") {
  Lab lab;
  lab.bounce();
  lab.silent();
  lab.take(lab.gate.stop(lab.now));
  CHECK(lab.moves == Moves{"held", "released"});
  CHECK_FALSE(lab.gate.next());
}

TEST_CASE("an old no-answer holds nobody, however often it is told") {
  Lab lab;
  const SteadyTime heard = lab.now.steady;
  lab.now.steady += 2h;  // the machine slept
  lab.now.system += 2h;
  lab.bounce();
  lab.take(lab.gate.silent(kDead, heard, "nobody answers", lab.now));
  CHECK_FALSE(lab.held());
  CHECK(lab.moves.empty());
}

TEST_CASE("a destination that takes no mail any more is released, and nobody calls that an answer") {
  Lab lab;
  lab.bounce();
  lab.silent();
  const auto moved = lab.gate.undeliverable(kDead, "a null MX", lab.now);
  REQUIRE(moved.size() == 1);
  CHECK(moved.front().to == GateMove::kReleased);
  CHECK_FALSE(moved.front().answered);
}
