#include "daemon/gatekeeper.hpp"
#include "support/catch.hpp"
#include "world/machine.hpp"

using namespace mxpulse;
using namespace mxpulse::daemon;
using namespace mxpulse::test;
using namespace std::chrono_literals;

namespace {

const DomainName kDead = *DomainName::parse("dead.example");

// A gatekeeper in enforce mode over a Postfix whose table can fail.
struct Lab {
  Lab() {
    GateOptions options;
    options.mode = GateMode::kEnforce;
    options.mtas.files.postfix.table = "hash:/hold";
    gatekeeper.configure(options);
  }
  void hold() {
    gatekeeper.nominated(kDead);
    gatekeeper.silent(kDead, world.time.now().steady, "nobody answers");
    world.time.pass(1s);
  }
  bool in_table() const { return world.mta.table().contains(kDead); }

  World world;
  Observer nobody;
  Gatekeeper gatekeeper{world.time, world.time, world.mta, nobody};
};

}  // namespace

TEST_CASE("who was released while the table could not be written is taken out of it once it can") {
  Lab lab;
  lab.hold();
  REQUIRE(lab.in_table());
  lab.world.mta.set_table_stuck(true);
  lab.gatekeeper.answers(kDead, "it greets");
  lab.world.time.pass(5min);
  CHECK(lab.in_table());
  lab.world.mta.set_table_stuck(false);
  lab.world.time.pass(31s);
  CHECK_FALSE(lab.in_table());
}

TEST_CASE("a lease that ended while the machine slept is out of the table seconds after it wakes") {
  Lab lab;
  lab.hold();
  REQUIRE(lab.in_table());
  lab.world.time.suspend(2h);
  lab.world.time.pass(15s);
  CHECK_FALSE(lab.in_table());
}

TEST_CASE("a lease that the wall clock jumped over is out of the table within seconds") {
  Lab lab;
  lab.hold();
  lab.world.time.step(3h);
  lab.world.time.pass(15s);
  CHECK_FALSE(lab.in_table());
}

TEST_CASE("a table that could not be emptied for observe mode is emptied once it can be") {
  Lab lab;
  lab.hold();
  lab.world.mta.set_table_stuck(true);
  GateOptions options;
  options.mtas.files.postfix.table = "hash:/hold";
  lab.gatekeeper.configure(options);
  REQUIRE(lab.in_table());
  lab.world.mta.set_table_stuck(false);
  lab.world.time.pass(31s);
  CHECK_FALSE(lab.in_table());
}
