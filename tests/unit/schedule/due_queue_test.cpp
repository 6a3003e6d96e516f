#include "schedule/due_queue.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::schedule;
using namespace std::chrono_literals;

namespace {

struct Patient {
  char name;
  DuePlace place;
};

using Queue = DueQueue<Patient, &Patient::place>;

SteadyTime at(std::chrono::seconds time) { return SteadyTime(1h + time); }

}  // namespace

TEST_CASE("records are taken in the order they come due, and none before its time") {
  Patient a{'a', {}}, b{'b', {}}, c{'c', {}};
  Queue queue;
  queue.set(a, at(3s));
  queue.set(b, at(1s));
  queue.set(c, at(2s));
  CHECK(queue.next() == at(1s));
  CHECK(queue.count_due(at(2s)) == 2);
  CHECK(queue.take(at(0s)) == nullptr);
  CHECK(queue.take(at(2s)) == &b);
  CHECK(queue.take(at(2s)) == &c);
  CHECK(queue.take(at(2s)) == nullptr);
  CHECK_FALSE(queue.contains(b));
  CHECK(queue.due(a) == at(3s));
}

TEST_CASE("a record that is set again moves, sooner and later") {
  Patient a{'a', {}}, b{'b', {}};
  Queue queue;
  queue.set(a, at(10s));
  queue.set(b, at(20s));
  queue.set(b, at(5s));
  CHECK(queue.next() == at(5s));
  queue.set(b, at(30s));
  CHECK(queue.take(at(60s)) == &a);
  CHECK(queue.take(at(60s)) == &b);
  CHECK_FALSE(queue.next());
}

TEST_CASE("a record that waits in one queue is not in another") {
  Patient a{'a', {}}, b{'b', {}};
  Queue queue;
  Queue other;
  queue.set(a, at(1s));
  other.set(b, at(1s));
  CHECK_FALSE(other.contains(a));
  other.erase(a);
  CHECK(queue.contains(a));
  CHECK(other.contains(b));
}

TEST_CASE("whatever is set, erased and taken, the record due longest is next") {
  constexpr int kSteps = 20'000;
  std::mt19937 random(1);
  std::vector<Patient> all(300);
  std::vector<std::optional<SteadyTime>> wanted(all.size());
  Queue queue;
  for (int step = 0; step < kSteps; ++step) {
    const std::size_t number = random() % all.size();
    if (random() % 3 > 0) {
      wanted[number] = at(std::chrono::seconds(random() % 100));
      queue.set(all[number], *wanted[number]);
    } else {
      wanted[number].reset();
      queue.erase(all[number]);
    }
    const auto first = std::ranges::min_element(wanted, {}, [](const auto& due) { return due.value_or(SteadyTime::max()); });
    REQUIRE(queue.next() == *first);
    REQUIRE(queue.due(all[number]) == wanted[number]);
    if (step % 7 > 0 || !*first) continue;
    const Patient* taken = queue.take(**first);
    REQUIRE(taken != nullptr);
    const auto place = static_cast<std::size_t>(taken - all.data());
    REQUIRE(wanted[place] == *first);
    wanted[place].reset();
  }
}
