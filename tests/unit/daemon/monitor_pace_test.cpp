#include "unit/daemon/monitor_example.hpp"

using namespace mxpulse;
using namespace mxpulse::daemon;
using namespace mxpulse::daemon::test;
using namespace std::chrono_literals;

namespace {

Address numbered(int number) {
  return *Address::parse("11." + std::to_string(number / 200) + "." + std::to_string(number % 200) + ".1");
}

const Address kOther = *Address::parse("192.0.2.2");

// Of a.example, until kOther, the host of b.example, is heard.
void let_a_no_answer_wait(Example& example) {
  example.resolver.answer("a.example", {kHost});
  example.resolver.answer("b.example", {kOther});
  example.found(kHost, Cause::kReady);
  example.found(kOther, Cause::kReady);
  example.pass(12s);
  example.found(kHost, Cause::kTimeout);
}

}  // namespace

TEST_CASE("no more probes at a time than allowed") {
  Example example({named("a.example"), named("b.example")});
  example.options.max_in_flight = 1;
  example.pass(0s);
  example.resolver.answer("a.example", {kHost});
  example.resolver.answer("b.example", {*Address::parse("192.0.2.2")});
  CHECK(example.prober.asked.size() == 1);
}

TEST_CASE("hosts of one network are asked within its budget, and each in its turn") {
  Example example({});
  example.options.max_in_flight = 1000;
  example.options.allowances = {1s, 0s};
  for (int i = 0; i < 40; ++i) example.options.destinations.push_back(named(("d" + std::to_string(i) + ".example").c_str()));
  example.pass(0s);
  example.pass(1s);
  for (int i = 0; i < 40; ++i) {
    example.resolver.answer(("d" + std::to_string(i) + ".example").c_str(), {*Address::parse("11.1.1." + std::to_string(i))});
  }
  CHECK(example.prober.asked.size() == 20);
  example.pass(5s);
  CHECK(example.prober.asked.size() == 25);
  example.pass(15s);
  CHECK(example.prober.asked.size() == 40);
}

TEST_CASE("a host that asks for less is asked less") {
  Example example({named("a.example")});
  example.resolver.answer("a.example", {kHost});
  std::erase(example.prober.asked, kHost);
  ProbeResult busy;
  busy.cause = Cause::kBusy;
  busy.reply_code = 450;
  busy.greeting = "450 4.7.1 too many connections";
  example.monitor->probed(kHost, busy);
  example.pass(12s);  // the interval is 10 s
  CHECK(example.prober.asked.empty());
  example.pass(11s);
  CHECK(example.prober.asked.size() == 1);
}

TEST_CASE("of many probes due at once 20 begin in a millisecond, the rest in those that follow") {
  Example example({});
  example.options.max_in_flight = 1000;
  example.options.allowances = {0s, 0s};
  for (int i = 0; i < 100; ++i) example.options.destinations.push_back(named(("d" + std::to_string(i) + ".example").c_str()));
  example.pass(0s);
  example.pass(1s);
  example.pass(1ms);  // 64 lookups began before
  for (int i = 0; i < 100; ++i) {
    example.resolver.answer(("d" + std::to_string(i) + ".example").c_str(),
                            {*Address::parse("11.1." + std::to_string(i) + ".1")});
  }
  CHECK(example.prober.asked.size() == 20);
  example.pass(500us);
  CHECK(example.prober.asked.size() == 20);
  for (std::size_t begun = 40; begun <= 100; begun += 20) {
    example.pass(1ms);
    CHECK(example.prober.asked.size() == begun);
  }
}

TEST_CASE("of many hosts found together 100 are asked at once, and one that somebody waits for") {
  Example example({});
  example.options.max_in_flight = 1000;
  example.options.allowances = {0s, 0s};
  for (int i = 0; i < 300; ++i) example.options.destinations.push_back(named(("d" + std::to_string(i) + ".example").c_str()));
  for (int turn = 0; turn < 10; ++turn) example.pass(1s);
  for (int i = 0; i < 299; ++i) example.resolver.answer(("d" + std::to_string(i) + ".example").c_str(), {numbered(i)});
  for (int turn = 0; turn < 9; ++turn) example.pass(1ms);
  CHECK(example.prober.asked.size() == 100);
  BounceEvent bounce;
  bounce.destination = named("d299.example");
  bounce.bounce_class = BounceClass::kNoAnswer;
  example.monitor->bounced(bounce);
  example.resolver.answer("d299.example", {numbered(299)});
  CHECK(example.prober.asked.size() == 101);
  CHECK(example.prober.asked.back() == numbered(299));
}

TEST_CASE("after a sleep what was under way is not counted, and what came due is spread") {
  Example example({named("a.example")});
  example.resolver.answer("a.example", {kHost});
  example.result(Cause::kReady);
  example.options.vantage.grace = 10s;
  example.pass(11s);
  REQUIRE(example.prober.asked.size() == 1);
  example.clock.passed += 8h;
  example.found(kHost, Cause::kTimeout);
  CHECK(example.streak() == 0);
  CHECK(example.heard.jumps == std::vector<std::string>{"the machine slept for 28811 s"});  // since the last look
}

TEST_CASE("a no-answer that waited over a sleep to be counted is not counted") {
  Example example({named("a.example"), named("b.example")});
  let_a_no_answer_wait(example);
  REQUIRE(example.streak() == 0);  // it waits for the other to be heard
  example.pass(8h);
  CHECK(example.heard.jumps.size() == 1);
  CHECK(example.streak() == 0);
}

TEST_CASE("a clock that is set is told once, and every streak goes on") {
  Example example({named("a.example")});
  example.resolver.answer("a.example", {kHost});
  example.result(Cause::kTimeout);
  example.pass(3s);
  example.clock.set += 1h;
  example.found(kHost, Cause::kTimeout);
  CHECK(example.heard.jumps == std::vector<std::string>{"the system clock was set by 3600 s"});
  CHECK(example.streak() == 2);
}

TEST_CASE("who leaves while it is looked up keeps its place among the lookups under way") {
  Example example({});
  for (std::size_t i = 0; i < kLookupsMax; ++i)
    example.options.destinations.push_back(named(("a" + std::to_string(i) + ".example").c_str()));
  for (int turns = 0; turns < 40; ++turns) example.pass(1s);
  REQUIRE(example.resolver.open.size() == kLookupsMax);
  example.options.destinations = {named("b.example")};
  for (int turns = 0; turns < 2; ++turns) example.pass(1s);
  CHECK(example.resolver.open.size() == kLookupsMax);
  example.resolver.answer("a0.example", {}, Cause::kNoSuchDomain);
  example.pass(1s);
  CHECK(example.resolver.open.contains(named("b.example")));
}

TEST_CASE("a no-answer that waits to be counted is not counted after an answer of the same host") {
  Example example({named("a.example"), named("b.example")});
  let_a_no_answer_wait(example);
  example.options.pacing.interval_undecided = 1s;
  example.pass(1s);
  example.monitor->probed(kHost, [] {
    ProbeResult ready;
    ready.cause = Cause::kReady;
    return ready;
  }());
  example.found(kOther, Cause::kReady);
  CHECK(example.streak() == 0);
}
