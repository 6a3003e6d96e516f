#include "schedule/clock_watch.hpp"

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::schedule;
using namespace std::chrono_literals;

namespace {

Now at(Duration steady, Duration system) { return {SteadyTime(steady), SystemTime(1'000'000s + system)}; }

}  // namespace

TEST_CASE("clocks that go on together, or are slewed, are well") {
  ClockWatch watch;
  for (int turn = 0; turn < 1000; ++turn) CHECK_FALSE(watch.look(at(turn * 10s, turn * 10'005ms)));
}

TEST_CASE("a step of the system clock is seen once, forward and back") {
  ClockWatch watch;
  watch.look(at(0s, 0s));
  CHECK(watch.look(at(10s, 10s + 1h))->step == 1h);
  CHECK_FALSE(watch.look(at(20s, 20s + 1h)));
  const auto back = watch.look(at(30s, 30s - 1h));
  REQUIRE(back);
  CHECK(back->step == -2h);
  CHECK(back->slept == 0s);
}

TEST_CASE("a sleep moves both clocks, and is no step") {
  ClockWatch watch;
  watch.look(at(0s, 0s));
  const auto jump = watch.look(at(8h, 8h));
  REQUIRE(jump);
  CHECK(jump->slept == 8h);
  CHECK(jump->step == 0s);
}

TEST_CASE("a loop that is busy for a minute did not sleep") {
  ClockWatch watch;
  watch.look(at(0s, 0s));
  CHECK_FALSE(watch.look(at(60s, 60s)));
}
