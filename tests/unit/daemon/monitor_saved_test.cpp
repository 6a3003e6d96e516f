#include "unit/daemon/monitor_example.hpp"

using namespace mxpulse;
using namespace mxpulse::daemon;
using namespace mxpulse::daemon::test;
using namespace std::chrono_literals;

TEST_CASE("streak, hosts and place on the schedule are kept over an orderly restart") {
  Example before({named("a.example")});
  before.resolver.answer("a.example", {kHost});
  before.result(Cause::kTimeout);
  before.pass(3s);
  before.result(Cause::kTimeout);
  const SystemTime since = *before.monitor->snapshot().destinations.at(0)->since;
  const Saved saved = before.saved(true);

  Example after({named("a.example")}, saved, before.clock.passed + 100ms);
  CHECK(after.heard.verdicts.empty());
  const DestinationView view = after.monitor->snapshot().destinations.at(0);
  CHECK(view.verdict == Verdict::kUnavailable);
  CHECK(view.streak == 2);
  CHECK(view.since == since);
  CHECK(after.prober.asked.empty());  // its next time has not come
  after.pass(3s);
  after.result(Cause::kTimeout);
  CHECK(after.monitor->snapshot().destinations.at(0)->streak == 3);
}

TEST_CASE("after a kill no address is asked within what one address is asked, and the streak is the one written") {
  Example before({named("a.example")});
  before.resolver.answer("a.example", {kHost});
  before.result(Cause::kTimeout);
  const Saved saved = before.saved(false);

  Example after({named("a.example")}, saved, before.clock.passed + 1h, 60s);
  CHECK(after.monitor->snapshot().destinations.at(0)->streak == 1);
  after.resolver.answer("a.example", {kHost});
  after.pass(58s);
  CHECK(after.prober.asked.empty());
  after.pass(1s);
  after.result(Cause::kTimeout);
  CHECK(after.monitor->snapshot().destinations.at(0)->streak == 2);
}

TEST_CASE("when the clock was set ahead over an orderly restart, no address is asked within what one address is asked") {
  Example before({named("a.example")});
  before.resolver.answer("a.example", {kHost});
  before.result(Cause::kTimeout);
  Saved saved = before.saved(true);
  saved.taken.system -= 1h;
  for (SavedAddress& one : saved.addresses) *one.begun -= 1h;

  Example after({named("a.example")}, saved, before.clock.passed, 60s);
  after.resolver.answer("a.example", {kHost, *Address::parse("192.0.2.2")});
  after.pass(58s);
  CHECK(after.prober.asked.empty());
  after.pass(1s);
  CHECK(after.prober.asked.size() == 2);
}

TEST_CASE("after a restart the controls too wait for what one address is asked") {
  Example before({});
  Example after({named("a.example")}, before.saved(true), before.clock.passed, 60s);
  after.options.controls = {named("one.example")};
  after.pass(0s);
  after.resolver.answer("a.example", {kHost});
  after.resolver.answer("one.example", {*Address::parse("192.0.2.101")});
  after.pass(57s);
  CHECK(after.prober.asked.empty());
  after.pass(2s);
  CHECK(after.prober.asked.size() == 2);
}

TEST_CASE("a destination that nobody watches any more is not taken up after a restart, and is to be unwritten") {
  Example before({named("a.example")});
  before.resolver.answer("a.example", {kHost});
  before.result(Cause::kTimeout);
  Example after({}, before.saved(false), before.clock.passed);
  CHECK(after.monitor->snapshot().destinations.empty());
  Batch batch;
  after.monitor->gather(batch);
  CHECK(batch.destinations_gone == std::vector{named("a.example")});
  CHECK(batch.addresses_gone == std::vector{kHost});
}

TEST_CASE("a batch that was not written is gathered again, as things stand then") {
  Example example({named("a.example")});
  example.resolver.answer("a.example", {kHost});
  example.result(Cause::kTimeout);
  Batch first;
  example.monitor->gather(first);
  REQUIRE(first.changed.addresses.size() == 1);
  CHECK(first.changed.addresses[0].streak.no_answers == 1);
  Batch none;
  example.monitor->gather(none);
  CHECK(none.empty());
  example.monitor->not_written(first);
  example.pass(3s);
  example.result(Cause::kTimeout);
  Batch again;
  example.monitor->gather(again);
  REQUIRE(again.changed.addresses.size() == 1);
  CHECK(again.changed.addresses[0].streak.no_answers == 2);
  CHECK(again.changed.destinations.size() == 1);
}

TEST_CASE("a steady host costs the store nothing") {
  Example example({named("a.example")});
  example.resolver.answer("a.example", {kHost});
  example.result(Cause::kReady);
  Batch first;
  example.monitor->gather(first);
  for (int round = 0; round < 3; ++round) {
    example.pass(12s);
    if (!example.resolver.open.empty()) example.resolver.answer("a.example", {kHost});
    example.result(Cause::kReady);
  }
  Batch later;
  example.monitor->gather(later);
  CHECK(later.empty());
}
