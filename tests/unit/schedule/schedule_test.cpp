#include "schedule/schedule.hpp"

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::schedule;
using namespace std::chrono_literals;

namespace {

constexpr Pacing kPacing{300s, 30s, 600s, 60s};
const Address kHost = *Address::parse("192.0.2.1");

SteadyTime at(std::chrono::milliseconds time) { return SteadyTime(1h + time); }

bool near(Duration actual, Duration wanted) { return actual >= wanted * 9 / 10 && actual <= wanted * 11 / 10; }

}  // namespace

TEST_CASE("an address is taken once, however many destinations share it") {
  Schedule schedule(kPacing, 1);
  schedule.add(kHost, 0s, at(0s));
  schedule.add(kHost, 0s, at(0s));
  CHECK(schedule.take(at(0s)));
  CHECK_FALSE(schedule.take(at(0s)));
  CHECK_FALSE(schedule.remove(kHost, at(1s)));
  CHECK(schedule.remove(kHost, at(1s)));
}

TEST_CASE("an answering host is asked after the interval, an undecided one sooner, both with jitter") {
  Schedule schedule(Pacing{300s, 30s, 600s, 1s}, 2);
  schedule.add(kHost, 0s, at(0s));
  REQUIRE(schedule.take(at(0s)));
  schedule.settle(kHost, Pace::kSteady, at(0s));
  CHECK(near(*schedule.next() - at(0s), 300s));
  REQUIRE(schedule.take(at(400s)));
  schedule.settle(kHost, Pace::kUndecided, at(400s));
  CHECK(near(*schedule.next() - at(400s), 30s));
}

TEST_CASE("a silent host is asked ever later, up to interval_silent_max, and soon again after it answered") {
  Schedule schedule(Pacing{300s, 30s, 600s, 1s}, 3);
  schedule.add(kHost, 0s, at(0s));
  auto now = at(0s);
  for (const auto interval : {30s, 60s, 120s, 240s, 480s, 600s, 600s}) {
    REQUIRE(schedule.take(now));
    schedule.settle(kHost, Pace::kSilent, now);
    CHECK(near(*schedule.next() - now, interval));
    now = *schedule.next();
  }
  REQUIRE(schedule.take(now));
  schedule.settle(kHost, Pace::kSteady, now);
  now = *schedule.next();
  REQUIRE(schedule.take(now));
  schedule.settle(kHost, Pace::kSilent, now);
  CHECK(near(*schedule.next() - now, 30s));
}

TEST_CASE("two connects to an address are per_address apart, over removal and a new beginning too") {
  Schedule schedule(kPacing, 4);
  schedule.add(kHost, 0s, at(0s));
  REQUIRE(schedule.take(at(0s)));
  schedule.settle(kHost, Pace::kUndecided, at(1s));
  CHECK(*schedule.next() == at(60s));
  schedule.remove(kHost, at(2s));
  schedule.add(kHost, 0s, at(3s));
  CHECK(*schedule.next() == at(60s));
  schedule.hurry(kHost, at(4s));
  CHECK(*schedule.next() == at(60s));
}

TEST_CASE("a removed address is forgotten once per_address is over") {
  Schedule schedule(kPacing, 5);
  schedule.add(kHost, 0s, at(0s));
  REQUIRE(schedule.take(at(0s)));
  schedule.remove(kHost, at(1s));
  CHECK(schedule.size() == 1);
  schedule.add(*Address::parse("192.0.2.2"), 0s, at(61s));
  CHECK(schedule.size() == 1);
}

TEST_CASE("an address removed while it is asked is not asked again") {
  Schedule schedule(kPacing, 6);
  schedule.add(kHost, 0s, at(0s));
  REQUIRE(schedule.take(at(0s)));
  schedule.remove(kHost, at(1s));
  schedule.settle(kHost, Pace::kSteady, at(2s));
  CHECK_FALSE(schedule.next());
}

TEST_CASE("the first round is spread evenly") {
  Schedule schedule(kPacing, 7);
  for (int i = 0; i < 10000; ++i) {
    std::array<std::uint8_t, 4> bytes{10, 0, static_cast<std::uint8_t>(i / 256), static_cast<std::uint8_t>(i % 256)};
    schedule.add(*Address::from_bytes(bytes.data(), 4), 100s, at(0s));
  }
  for (int second = 1; second <= 100; second += 10) {
    int taken = 0;
    while (schedule.take(at(std::chrono::seconds(second + 9)))) ++taken;
    CHECK(taken > 800);
    CHECK(taken < 1200);
  }
}

TEST_CASE("the lag is how late an address is taken") {
  Schedule schedule(kPacing, 8);
  schedule.add(kHost, 0s, at(0s));
  CHECK(schedule.take(at(250ms))->lag == 250ms);
}

TEST_CASE("after a restart an address keeps its time since the last connect, and its place") {
  Schedule before(kPacing, 1);
  before.add(kHost, 0s, at(0s));
  REQUIRE(before.take(at(0s)));
  before.settle(kHost, Pace::kSteady, at(0s));

  Schedule after(kPacing, 2);
  after.add(kHost, 0s, at(5s));
  CHECK(after.next() == at(5s));
  after.resume(kHost, *before.standing(kHost), at(5s));
  CHECK(after.next() == before.next());
  after.hurry(kHost, at(6s));
  CHECK(after.next() == at(60s));
}

TEST_CASE("an address of an earlier run that comes later keeps its time since the last connect too") {
  Schedule schedule(kPacing, 1);
  schedule.resume(kHost, {at(0s), {}, {}}, at(5s));
  schedule.add(kHost, 0s, at(10s));
  CHECK(schedule.next() == at(60s));
}

TEST_CASE("the interval of a silent host goes on growing after a restart") {
  Schedule schedule(Pacing{300s, 30s, 600s, 1s}, 1);
  schedule.add(kHost, 0s, at(0s));
  schedule.resume(kHost, {at(0s), at(10s), 120s}, at(5s));
  REQUIRE(schedule.take(at(10s)));
  schedule.settle(kHost, Pace::kSilent, at(10s));
  CHECK(near(*schedule.next() - at(10s), 240s));
}

TEST_CASE("while nobody knows whom a killed one asked last, no address is asked") {
  Schedule schedule(kPacing, 1);
  schedule.keep_quiet_until(at(60s));
  schedule.add(kHost, 0s, at(0s));
  CHECK(schedule.next() == at(60s));
  schedule.hurry(kHost, at(1s));
  CHECK(schedule.next() == at(60s));
}

TEST_CASE("a host that asks for less is asked after 2, 4 and 8 intervals, until it does not") {
  Schedule schedule(kPacing, 9);
  schedule.add(kHost, 0s, at(0s));
  SteadyTime now = at(0s);
  for (const int intervals : {2, 4, 8, 8}) {
    REQUIRE(schedule.take(now));
    schedule.settle(kHost, Pace::kBusy, now);
    const double waited = to_seconds(*schedule.next() - now) / to_seconds(kPacing.interval);
    CHECK(waited > 0.89 * intervals);
    CHECK(waited < 1.11 * intervals);
    now = *schedule.next();
  }
  REQUIRE(schedule.take(now));
  schedule.settle(kHost, Pace::kSteady, now);
  CHECK(*schedule.next() - now < 2 * kPacing.interval);
}

TEST_CASE("a postponed address keeps its place, and was not asked meanwhile") {
  Schedule schedule(kPacing, 10);
  schedule.add(kHost, 0s, at(100s));
  REQUIRE(schedule.take(at(100s)));
  schedule.postpone(kHost, at(130s));
  schedule.hurry(kHost, at(101s));
  CHECK_FALSE(schedule.take(at(129s)));
  const auto due = schedule.take(at(130s));
  REQUIRE(due);
  CHECK(due->postponed);
  CHECK(due->lag == 0s);
}
