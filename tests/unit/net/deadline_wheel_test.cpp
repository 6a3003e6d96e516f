#include "net/deadline_wheel.hpp"

#include <map>
#include <memory>
#include <random>
#include <vector>

#include "support/catch.hpp"

using namespace mxpulse::net;
using namespace std::chrono_literals;

using Deadline = DeadlineWheel::Deadline;

TEST_CASE("a deadline is never told early, and at most a tick late") {
  DeadlineWheel wheel(1000ms);
  Deadline deadline;
  wheel.set(deadline, 1030ms);
  CHECK(wheel.take(1029ms) == nullptr);
  CHECK(wheel.take(1030ms + DeadlineWheel::kTick) == &deadline);
  CHECK(wheel.take(9999ms) == nullptr);
}

TEST_CASE("a deadline that was moved or cleared is not told at its old time") {
  DeadlineWheel wheel(0ms);
  Deadline moved;
  Deadline cleared;
  wheel.set(moved, 100ms);
  wheel.set(cleared, 100ms);
  wheel.set(moved, 300ms);
  DeadlineWheel::clear(cleared);
  CHECK(wheel.take(200ms) == nullptr);
  CHECK(wheel.take(304ms) == &moved);
  CHECK(wheel.take(1000ms) == nullptr);
}

TEST_CASE("one that is due and not taken yet can still be cleared") {
  DeadlineWheel wheel(0ms);
  Deadline first;
  Deadline second;
  wheel.set(first, 50ms);
  wheel.set(second, 50ms);
  CHECK(wheel.take(100ms) == &first);
  DeadlineWheel::clear(second);
  CHECK(wheel.take(100ms) == nullptr);
}

TEST_CASE("a deadline more than a round ahead waits for its round") {
  DeadlineWheel wheel(0ms);
  const auto round = DeadlineWheel::kTick * DeadlineWheel::kSlots;
  Deadline near;
  Deadline far;
  wheel.set(near, 80ms);
  wheel.set(far, 80ms + round);
  CHECK(wheel.take(80ms) == &near);
  CHECK(wheel.take(round) == nullptr);
  CHECK(wheel.take(80ms + round) == &far);
}

TEST_CASE("the next one is known, and none is when none is set") {
  DeadlineWheel wheel(0ms);
  CHECK_FALSE(wheel.next().has_value());
  Deadline deadline;
  wheel.set(deadline, 4000ms);
  CHECK(wheel.next() == 4000ms);
  DeadlineWheel::clear(deadline);
  CHECK_FALSE(wheel.next().has_value());
}

TEST_CASE("of thousands set, moved and cleared at random, each is told once and in time") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto any = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
  DeadlineWheel wheel(0ms);
  std::vector<Deadline> deadlines(2000);
  std::map<const Deadline*, DeadlineWheel::Time> due;
  auto now = 0ms;
  for (int step = 0; step < 20'000; ++step) {
    Deadline& one = deadlines[static_cast<std::size_t>(any(2000))];
    if (any(4) == 0) {
      DeadlineWheel::clear(one);
      due.erase(&one);
    } else {
      const auto at = now + std::chrono::milliseconds(any(70'000));
      wheel.set(one, at);
      due[&one] = at;
    }
    now += std::chrono::milliseconds(any(20));
    while (Deadline* told = wheel.take(now)) {
      REQUIRE(due.count(told) == 1);
      REQUIRE(due[told] <= now);
      due.erase(told);
    }
    for (const auto& [late, at] : due) {
      if (at + DeadlineWheel::kTick < now) FAIL("late by " << (now - at).count() << " ms");
    }
  }
}
