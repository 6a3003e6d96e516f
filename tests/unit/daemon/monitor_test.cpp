#include "unit/daemon/monitor_example.hpp"

using namespace mxpulse;
using namespace mxpulse::daemon;
using namespace mxpulse::daemon::test;
using namespace std::chrono_literals;

TEST_CASE("an address that two destinations share is asked once and decides both") {
  Example example({named("a.example"), named("b.example")});
  example.resolver.answer("a.example", {kHost});
  example.resolver.answer("b.example", {kHost});
  example.result(Cause::kReady);
  std::sort(example.heard.verdicts.begin(), example.heard.verdicts.end());
  CHECK(example.heard.verdicts == std::vector<std::string>{"a.example available", "b.example available"});
}

TEST_CASE("a streak grows over reloads, and an answer ends it") {
  Example example({named("a.example")});
  example.resolver.answer("a.example", {kHost});
  example.result(Cause::kTimeout);
  CHECK(example.heard.verdicts.empty());
  example.pass(3s);
  example.result(Cause::kTimeout);
  CHECK(example.heard.verdicts == std::vector<std::string>{"a.example unavailable"});
  CHECK(example.monitor->snapshot().destinations.at(0)->streak == 2);
  example.pass(9s);
  example.result(Cause::kReady);
  CHECK(example.heard.verdicts.back() == "a.example available");
  CHECK(example.monitor->snapshot().destinations.at(0)->streak == 0);
}

TEST_CASE("an outage is kept: since when, why, and how it ended") {
  Example example({named("a.example")});
  example.resolver.answer("a.example", {kHost});
  example.result(Cause::kTimeout);
  CHECK(!example.monitor->snapshot().destinations.at(0)->history);
  const SystemTime first = example.clock.now().system;
  example.pass(3s);
  example.result(Cause::kTimeout);
  example.pass(9s);
  example.result(Cause::kLocalError);
  REQUIRE(example.monitor->snapshot().destinations.at(0)->history);
  const Incident open = example.monitor->snapshot().destinations.at(0)->history->incidents.at(0);
  CHECK(open.first == first);
  CHECK(open.end == IncidentEnd::kOpen);
  CHECK(open.cause == Cause::kTimeout);
  example.pass(3s);
  example.result(Cause::kReady);
  const Incident over = example.monitor->snapshot().destinations.at(0)->history->incidents.at(0);
  CHECK(over.end == IncidentEnd::kAnswered);
  CHECK(over.ended == first + 15s);
  CHECK(over.last == first + 3s);
}

TEST_CASE("what could not be asked leaves the streak alone") {
  Example example({named("a.example")});
  example.resolver.answer("a.example", {kHost});
  example.result(Cause::kTimeout);
  example.pass(3s);
  example.result(Cause::kLocalError);
  CHECK(example.monitor->snapshot().destinations.at(0)->streak == 1);
}

TEST_CASE("a destination that leaves while its host is asked, and comes back, is not asked twice at a time") {
  Example example({named("a.example")});
  example.resolver.answer("a.example", {kHost});
  REQUIRE(example.prober.asked.size() == 1);
  const auto destinations = std::exchange(example.options.destinations, {});
  example.pass(1s);
  CHECK(example.heard.left == std::vector<std::string>{"a.example"});
  example.options.destinations = destinations;
  example.pass(1s);
  example.resolver.answer("a.example", {kHost});
  example.pass(5s);
  CHECK(example.prober.asked.size() == 1);
  example.result(Cause::kReady);
  CHECK(example.heard.verdicts == std::vector<std::string>{"a.example available"});
}

TEST_CASE("an exchanged resolver is asked what the old one took with it") {
  Example example({named("a.example")});
  REQUIRE(example.resolver.open.size() == 1);
  FakeResolver next;
  example.monitor->use(next);
  REQUIRE(next.open.size() == 1);
  next.answer("a.example", {kHost});
  CHECK(example.prober.asked.size() == 1);
}

TEST_CASE("while our resolver is down, the hosts known before are asked on") {
  Example example({named("a.example")});
  example.resolver.answer("a.example", {kHost});
  example.result(Cause::kReady);
  example.pass(12s);
  example.resolver.answer("a.example", {}, Cause::kResolverDown);
  example.result(Cause::kReady);
  CHECK(example.monitor->snapshot().destinations.at(0)->verdict == Verdict::kAvailable);
}

TEST_CASE("a lookup that fails as often as `fall` says makes the destination unavailable, with a streak of its own") {
  Example example({named("a.example")});
  example.resolver.answer("a.example", {}, Cause::kDnsTemporary);
  example.pass(3s);
  example.resolver.answer("a.example", {}, Cause::kDnsTemporary);
  CHECK(example.heard.verdicts == std::vector<std::string>{"a.example unavailable"});
  CHECK(example.monitor->snapshot().destinations.at(0)->streak == 2);
}

TEST_CASE("a lookup that says that the domain takes no mail ends a streak of failed lookups") {
  Example example({named("a.example")});
  example.resolver.answer("a.example", {}, Cause::kDnsTemporary);
  example.pass(3s);
  example.resolver.answer("a.example", {}, Cause::kNullMx);
  example.pass(12s);
  example.resolver.answer("a.example", {}, Cause::kDnsTemporary);
  CHECK(example.monitor->snapshot().destinations.at(0)->verdict == Verdict::kUnknown);
  CHECK(example.streak() == 1);
}

TEST_CASE("who is visited is watched until the last visit ends, or longer if it is watched anyhow") {
  Example example({named("a.example")});
  for (int i = 0; i < 2; ++i) example.monitor->begin_visit(named("b.example"));
  example.monitor->begin_visit(named("a.example"));
  example.resolver.answer("b.example", {*Address::parse("192.0.2.2")});
  CHECK(example.prober.asked == std::vector{*Address::parse("192.0.2.2")});
  example.monitor->end_visit(named("b.example"));
  CHECK(example.monitor->watches(named("b.example")));
  example.monitor->end_visit(named("b.example"));
  CHECK_FALSE(example.monitor->watches(named("b.example")));
  example.monitor->end_visit(named("a.example"));
  CHECK(example.monitor->watches(named("a.example")));
}

TEST_CASE("a reload does not end a visit") {
  Example example({named("a.example")});
  example.monitor->begin_visit(named("a.example"));
  example.options.destinations.clear();
  example.pass(1s);
  CHECK(example.monitor->watches(named("a.example")));
  example.monitor->end_visit(named("a.example"));
  CHECK_FALSE(example.monitor->watches(named("a.example")));
}

TEST_CASE("who asked not to be probed is asked no more, by its name or its hosts' name") {
  Example example({named("a.example"), named("b.example")});
  example.resolver.answer("a.example", {kHost});
  example.prober.asked.clear();
  example.options.never_probe = {named("mx.example")};
  example.pass(0s);
  example.resolver.answer("b.example", {kHost});
  example.pass(60s);
  CHECK(example.prober.asked.empty());
  CHECK(example.monitor->snapshot().destinations.at(0)->cause == Cause::kDeniedAddress);
}
