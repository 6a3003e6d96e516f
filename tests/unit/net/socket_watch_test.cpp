#include "net/socket_watch.hpp"

#include <sys/socket.h>

#include <array>
#include <memory>
#include <vector>

#include "net/descriptor.hpp"
#include "net/loop.hpp"
#include "net/timer.hpp"
#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::net;
using namespace std::chrono_literals;

namespace {

// Both ends of a connection, one of them watched.
struct Pair : SocketListener {
  explicit Pair(Loop& loop) {
    std::array<int, 2> ends{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
    ours = Descriptor(ends[0]);
    theirs = Descriptor(ends[1]);
    watch = std::make_unique<SocketWatch>(loop, ours.get(), *this);
  }

  void on_ready(bool readable, bool writable) override { told(readable, writable); }
  void on_deadline() override { late(); }

  Descriptor ours;
  Descriptor theirs;
  std::unique_ptr<SocketWatch> watch;
  std::function<void(bool, bool)> told = [](bool, bool) {};
  std::function<void()> late = [] {};
};

}  // namespace

TEST_CASE("what comes at a watched socket is told, and only for the kind that is waited for") {
  Loop loop;
  Pair pair(loop);
  int told = 0;
  pair.told = [&](bool readable, bool writable) {
    ++told;
    CHECK(readable);
    CHECK_FALSE(writable);
    pair.watch->wait_for(false, false);
  };
  pair.watch->wait_for(true, false);
  REQUIRE(send(pair.theirs.get(), "x", 1, 0) == 1);
  Timer end(loop, [&] { loop.stop(); });
  end.start_once(50ms);
  loop.run();
  CHECK(told == 1);
}

TEST_CASE("a hang-up wakes whoever waits to write") {
  Loop loop;
  Pair pair(loop);
  pair.told = [&](bool readable, bool writable) {
    CHECK(readable);
    CHECK(writable);
    loop.stop();
  };
  pair.watch->wait_for(false, true);
  pair.theirs.reset();
  loop.run();
}

TEST_CASE("a callback may destroy every watch, also those that are ready in the same turn") {
  Loop loop;
  std::vector<std::unique_ptr<Pair>> pairs;
  int told = 0;
  for (int i = 0; i < 100; ++i) {
    pairs.push_back(std::make_unique<Pair>(loop));
    pairs.back()->watch->wait_for(true, false);
    pairs.back()->told = [&](bool, bool) {
      ++told;
      for (auto& pair : pairs) pair->watch.reset();
    };
    REQUIRE(send(pairs.back()->theirs.get(), "x", 1, 0) == 1);
  }
  Timer end(loop, [&] { loop.stop(); });
  end.start_once(50ms);
  loop.run();
  CHECK(told == 1);
}

TEST_CASE("a deadline's callback may destroy watches whose deadline is the same") {
  Loop loop;
  Pair first(loop);
  Pair second(loop);
  int late = 0;
  for (Pair* pair : {&first, &second}) {
    pair->late = [&] {
      ++late;
      first.watch.reset();
      second.watch.reset();
    };
    pair->watch->set_deadline(20ms);
  }
  Timer end(loop, [&] { loop.stop(); });
  end.start_once(100ms);
  loop.run();
  CHECK(late == 1);
}

TEST_CASE("a shorter deadline set after a longer one is told first") {
  Loop loop;
  Pair patient(loop);
  Pair hasty(loop);
  std::vector<const Pair*> order;
  for (Pair* pair : {&patient, &hasty}) {
    pair->late = [&order, pair, &loop] {
      order.push_back(pair);
      if (order.size() == 2) loop.stop();
    };
  }
  patient.watch->set_deadline(100ms);
  hasty.watch->set_deadline(10ms);
  loop.run();
  CHECK(order == std::vector<const Pair*>{&hasty, &patient});
}

TEST_CASE("many deadlines at once let what waits at a socket be told between them") {
  Loop loop;
  Pair asking(loop);
  int late = 0;
  int late_when_asked = 0;
  asking.told = [&](bool, bool) {
    late_when_asked = late;
    asking.watch->wait_for(false, false);
  };
  asking.watch->wait_for(true, false);
  constexpr int kMany = 200;
  std::vector<std::unique_ptr<Pair>> pairs;
  for (int i = 0; i < kMany; ++i) {
    pairs.push_back(std::make_unique<Pair>(loop));
    pairs.back()->late = [&] {
      const SteadyTime begun = MachineClock().now().steady;
      if (late++ == 0) REQUIRE(send(asking.theirs.get(), "x", 1, 0) == 1);
      while (MachineClock().now().steady < begun + 50us) {
      }
      if (late == kMany) loop.stop();
    };
    pairs.back()->watch->set_deadline(20ms);
  }
  loop.run();
  CHECK(late_when_asked < 32);
}
