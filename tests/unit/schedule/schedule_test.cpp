#include "schedule/schedule.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <vector>

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::schedule;
using namespace std::chrono_literals;

namespace {

constexpr Pacing kPacing{300s, 30s, 600s, 60s};
const Address kHost = *Address::parse("192.0.2.1");

SteadyTime at(std::chrono::milliseconds time) { return SteadyTime(1h + time); }

bool near(Duration actual, Duration wanted) { return actual >= wanted * 9 / 10 && actual <= wanted * 11 / 10; }

Address numbered(int number) {
  Address address;
  address.bytes = {10, static_cast<std::uint8_t>(number >> 16), static_cast<std::uint8_t>(number >> 8),
                   static_cast<std::uint8_t>(number)};
  return address;
}

int number_of(const Address& address) { return address.bytes[1] << 16 | address.bytes[2] << 8 | address.bytes[3]; }

int taken(Schedule& schedule, SteadyTime now) {
  int count = 0;
  while (schedule.take(now)) ++count;
  return count;
}

std::vector<Address> asked_within(Schedule& schedule, Duration time) {
  std::vector<Address> asked;
  for (auto now = at(0s); now <= at(0s) + time; now += 10ms) {
    while (const auto due = schedule.take(now)) asked.push_back(due->address);
  }
  return asked;
}

}  // namespace

TEST_CASE("an address is taken once, however many destinations share it") {
  Schedule schedule(kPacing, 1);
  schedule.add(kHost, at(0s));
  schedule.add(kHost, at(0s));
  CHECK(schedule.take(at(0s)));
  CHECK_FALSE(schedule.take(at(0s)));
  CHECK_FALSE(schedule.remove(kHost, at(1s)));
  CHECK(schedule.remove(kHost, at(1s)));
}

TEST_CASE("an answering host is asked after the interval, an undecided one sooner, both with jitter") {
  Schedule schedule(Pacing{300s, 30s, 600s, 1s}, 2);
  schedule.add(kHost, at(0s));
  REQUIRE(schedule.take(at(0s)));
  schedule.settle(kHost, Pace::kSteady, at(0s));
  CHECK(near(*schedule.next() - at(0s), 300s));
  REQUIRE(schedule.take(at(400s)));
  schedule.settle(kHost, Pace::kUndecided, at(400s));
  CHECK(near(*schedule.next() - at(400s), 30s));
}

TEST_CASE("a silent host is asked ever later, up to interval_silent_max, and soon again after it answered") {
  Schedule schedule(Pacing{300s, 30s, 600s, 1s}, 3);
  schedule.add(kHost, at(0s));
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
  schedule.add(kHost, at(0s));
  REQUIRE(schedule.take(at(0s)));
  schedule.settle(kHost, Pace::kUndecided, at(1s));
  CHECK(*schedule.next() == at(60s));
  schedule.remove(kHost, at(2s));
  schedule.add(kHost, at(3s));
  CHECK(*schedule.next() == at(60s));
  schedule.hurry(kHost, at(4s));
  CHECK(*schedule.next() == at(60s));
}

TEST_CASE("a removed address is forgotten once per_address is over") {
  Schedule schedule(kPacing, 5);
  schedule.add(kHost, at(0s));
  REQUIRE(schedule.take(at(0s)));
  schedule.remove(kHost, at(1s));
  CHECK(schedule.size() == 1);
  schedule.add(*Address::parse("192.0.2.2"), at(61s));
  CHECK(schedule.size() == 1);
}

TEST_CASE("an address removed while it is asked is not asked again") {
  Schedule schedule(kPacing, 6);
  schedule.add(kHost, at(0s));
  REQUIRE(schedule.take(at(0s)));
  schedule.remove(kHost, at(1s));
  schedule.settle(kHost, Pace::kSteady, at(2s));
  CHECK_FALSE(schedule.next());
}

TEST_CASE("a few are asked at once, more of them 100 a second") {
  Schedule schedule(kPacing, 7);
  for (int i = 0; i < 300; ++i) schedule.add(numbered(i), at(0s));
  CHECK(taken(schedule, at(0s)) == 100);
  CHECK(taken(schedule, at(1s)) == 100);
  CHECK(taken(schedule, at(2s)) == 100);
}

TEST_CASE("who cannot wait is asked at once, and the others make room") {
  Schedule schedule(kPacing, 7);
  for (int i = 0; i < 800; ++i) schedule.add(numbered(i), at(0s));
  CHECK(taken(schedule, at(0s)) == 100);
  for (int i = 800; i < 1000; ++i) {
    schedule.add(numbered(i), at(0s));
    schedule.hurry(numbered(i), at(0s));
  }
  CHECK(taken(schedule, at(0s)) == 200);
  CHECK(taken(schedule, at(2s)) == 0);
  CHECK(taken(schedule, at(3s)) == 100);
}

TEST_CASE("a pending change is seen to when it is due, and what nobody waits for when there is room") {
  Schedule schedule(Pacing{300s, 30s, 600s, 1s}, 7);
  for (int i = 0; i < 10'000; ++i) schedule.add(numbered(i), at(0s));
  const Address unsure = schedule.take(at(0s))->address;
  schedule.settle(unsure, Pace::kUndecided, at(0s));
  const Address untold = schedule.take(at(0s))->address;
  schedule.settle(untold, Pace::kNotTried, at(0s));
  const auto asked = asked_within(schedule, 34s);
  CHECK(std::ranges::count(asked, unsure) == 1);
  CHECK(std::ranges::count(asked, untold) == 0);
}

TEST_CASE("a silent host that mail waits for makes no room") {
  Schedule schedule(Pacing{300s, 30s, 600s, 1s}, 7);
  for (int i = 0; i < 10'000; ++i) schedule.add(numbered(i), at(0s));
  const Address waited_for = schedule.take(at(0s))->address;
  const Address other = schedule.take(at(0s))->address;
  schedule.settle(waited_for, Pace::kSilent, at(0s));
  schedule.settle(other, Pace::kSilent, at(0s));
  schedule.await(waited_for);
  const auto asked = asked_within(schedule, 34s);
  CHECK(std::ranges::count(asked, waited_for) == 1);
  CHECK(std::ranges::count(asked, other) == 0);
}

TEST_CASE("nobody makes room for two intervals") {
  Schedule schedule(kPacing, 7);
  for (int i = 0; i < 100'000; ++i) schedule.add(numbered(i), at(0s));
  CHECK(taken(schedule, at(0s)) == 100);
  CHECK(schedule.take(at(600s))->lag < 600s);
  taken(schedule, at(600s));
  CHECK(schedule.overdue(at(600s)) == 0);
}

TEST_CASE("who made room is not late") {
  Schedule schedule(kPacing, 7);
  for (int i = 0; i < 300; ++i) schedule.add(numbered(i), at(0s));
  CHECK(taken(schedule, at(0s)) == 100);
  CHECK(*schedule.next() == at(10ms));
  CHECK(schedule.take(at(10ms))->lag == 0s);
  CHECK(schedule.take(at(2s))->lag == 1980ms);  // there was room after 20 ms
}

TEST_CASE("a first round over many has a flat rate, and an outage of a third of them too") {
  constexpr int kHosts = 15'000;
  constexpr int kUsual = kHosts / 60;
  Schedule schedule(Pacing{60s, 30s, 60s, 1s}, 8);
  std::multimap<SteadyTime, int> asked;  // by when they answer, or do not
  std::array<int, kHosts> streaks{};
  const auto streak_of = [&](int host) -> int& { return streaks[static_cast<std::size_t>(host)]; };
  int found = 0;
  bool outage = false;
  std::vector<int> in_ten_seconds{0};
  for (Duration time = 0s; time < 420s; time += 10ms) {
    if (time % 10s == 0s) in_ten_seconds.push_back(0);
    if (time == 240s) outage = true;
    for (; found < kHosts && found < time / 10ms * 5; ++found) schedule.add(numbered(found), at(0s) + time);
    while (const auto due = schedule.take(at(0s) + time)) {
      const int host = number_of(due->address);
      const bool silent = host % 3 == 0 || (outage && host % 3 == 1);
      asked.emplace(at(0s) + time + (silent ? 10s : 0s), host);
      streak_of(host) = silent ? streak_of(host) + 1 : 0;
      ++in_ten_seconds.back();
    }
    for (; !asked.empty() && asked.begin()->first <= at(0s) + time; asked.erase(asked.begin())) {
      const int host = asked.begin()->second;
      const int streak = streak_of(host);
      schedule.settle(numbered(host), streak == 0 ? Pace::kSteady : streak < 3 ? Pace::kUndecided : Pace::kSilent, at(0s) + time);
    }
  }
  CHECK(std::ranges::max(in_ten_seconds) <= 12 * kUsual);
  CHECK(std::accumulate(in_ten_seconds.begin(), in_ten_seconds.begin() + 10, 0) > kHosts);
  CHECK(in_ten_seconds.back() > 0);
}

TEST_CASE("the lag is how late an address is taken") {
  Schedule schedule(kPacing, 8);
  schedule.add(kHost, at(0s));
  CHECK(schedule.take(at(250ms))->lag == 250ms);
}

TEST_CASE("after a restart an address keeps its time since the last connect, and its place") {
  Schedule before(kPacing, 1);
  before.add(kHost, at(0s));
  REQUIRE(before.take(at(0s)));
  before.settle(kHost, Pace::kSteady, at(0s));

  Schedule after(kPacing, 2);
  after.add(kHost, at(5s));
  CHECK(after.next() == at(5s));
  after.resume(kHost, *before.standing(kHost), at(5s));
  CHECK(after.next() == before.next());
  after.hurry(kHost, at(6s));
  CHECK(after.next() == at(60s));
}

TEST_CASE("an address of an earlier run that comes later keeps its time since the last connect too") {
  Schedule schedule(kPacing, 1);
  schedule.resume(kHost, {at(0s), {}, {}}, at(5s));
  schedule.add(kHost, at(10s));
  CHECK(schedule.next() == at(60s));
}

TEST_CASE("the interval of a silent host goes on growing after a restart") {
  Schedule schedule(Pacing{300s, 30s, 600s, 1s}, 1);
  schedule.add(kHost, at(0s));
  schedule.resume(kHost, {at(0s), at(10s), 120s}, at(5s));
  REQUIRE(schedule.take(at(10s)));
  schedule.settle(kHost, Pace::kSilent, at(10s));
  CHECK(near(*schedule.next() - at(10s), 240s));
}

TEST_CASE("while nobody knows whom a killed one asked last, no address is asked") {
  Schedule schedule(kPacing, 1);
  schedule.keep_quiet_until(at(60s));
  schedule.add(kHost, at(0s));
  CHECK(schedule.next() == at(60s));
  schedule.hurry(kHost, at(1s));
  CHECK(schedule.next() == at(60s));
}

TEST_CASE("a host that asks for less is asked after 2, 4 and 8 intervals, until it does not") {
  Schedule schedule(kPacing, 9);
  schedule.add(kHost, at(0s));
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
  schedule.add(kHost, at(100s));
  REQUIRE(schedule.take(at(100s)));
  schedule.postpone(kHost, at(130s));
  schedule.hurry(kHost, at(101s));
  CHECK_FALSE(schedule.take(at(129s)));
  const auto due = schedule.take(at(130s));
  REQUIRE(due);
  CHECK(due->postponed);
  CHECK(due->lag == 0s);
}
