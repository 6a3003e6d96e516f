#include "daemon/monitor.hpp"

#include <algorithm>
#include <map>

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::daemon;
using namespace std::chrono_literals;

namespace {

const Address kHost = *Address::parse("192.0.2.1");

DomainName named(const char* text) { return *DomainName::parse(text); }

struct MovableClock final : Clock {
  Now now() const override { return {SteadyTime(1h + passed), SystemTime(1000h + passed + set)}; }
  Duration passed{0};
  Duration set{0};
};

// Remembers what it was asked; the test answers.
struct FakeResolver final : Resolver {
  void resolve(const DomainName& destination, Done done) override { open.emplace(destination, std::move(done)); }
  void answer(const char* destination, std::vector<Address> addresses, std::optional<Cause> failure = {}) {
    MxSet set;
    set.destination = named(destination);
    set.failure = failure;
    MxHost host;
    host.name = named("mx.example");
    host.addresses = std::move(addresses);
    if (!failure) set.hosts.push_back(host);
    const auto done = open.extract(named(destination));
    REQUIRE(done);
    done.mapped()(std::make_shared<const MxSet>(std::move(set)));
  }
  std::map<DomainName, Done> open;
};

struct FakeProber final : Prober {
  void probe(const Address& address) override {
    CHECK(std::find(asked.begin(), asked.end(), address) == asked.end());  // one at a time
    asked.push_back(address);
  }
  std::size_t in_flight() const override { return asked.size(); }
  std::vector<Address> asked;
};

struct Heard final : Observer {
  void verdict_changed(const DomainName& destination, Verdict, Verdict to, std::string_view, Now) override {
    verdicts.push_back(destination.text() + " " + std::string(label(to)));
  }
  void destination_left(const DomainName& destination, Now) override { left.push_back(destination.text()); }
  void vantage_changed(bool impaired, std::string_view, Now) override { vantage.push_back(impaired); }
  std::vector<std::string> verdicts;
  std::vector<std::string> left;
  void clock_jumped(std::string_view why, Now) override { jumps.emplace_back(why); }
  std::vector<bool> vantage;
  std::vector<std::string> jumps;
};

struct Example {
  explicit Example(std::vector<DomainName> destinations, const Saved& saved = {}, Duration start = {},
                   Duration per_address = 1s) {
    clock.passed = start;
    options.destinations = std::move(destinations);
    options.max_in_flight = 10;
    options.thresholds = {2, 1};
    options.pacing = {10s, 2s, 20s, per_address};
    monitor.emplace(loop, clock, options, heard, 1);
    monitor->use(prober);
    monitor->begin_keeping();
    monitor->resume(saved);
    monitor->use(resolver);
    pass(1s);  // the spread of the start
  }

  void pass(Duration time) {
    clock.passed += time;
    monitor->configure(options);  // a reload takes a turn
  }
  void result(Cause cause) {
    REQUIRE(prober.asked == std::vector{kHost});
    prober.asked.clear();
    ProbeResult result;
    result.cause = cause;
    monitor->probed(kHost, result);
  }

  void found(const Address& address, Cause cause) {
    REQUIRE(std::erase(prober.asked, address) == 1);
    ProbeResult result;
    result.cause = cause;
    monitor->probed(address, result);
  }
  unsigned streak() { return monitor->snapshot().destinations.at(0).streak; }

  // As a store would have it, however the run ends.
  Saved saved(bool orderly) {
    Batch batch;
    batch.everything = true;
    batch.changed.orderly = orderly;
    batch.changed.taken = clock.now().system;
    monitor->gather(batch);
    return batch.changed;
  }

  net::Loop loop;
  MovableClock clock;
  FakeResolver resolver;
  FakeProber prober;
  Heard heard;
  MonitorOptions options;
  std::optional<Monitor> monitor;
};

}  // namespace

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
  CHECK(example.monitor->snapshot().destinations.at(0).streak == 2);
  example.pass(9s);
  example.result(Cause::kReady);
  CHECK(example.heard.verdicts.back() == "a.example available");
  CHECK(example.monitor->snapshot().destinations.at(0).streak == 0);
}

TEST_CASE("an outage is kept: since when, why, and how it ended") {
  Example example({named("a.example")});
  example.resolver.answer("a.example", {kHost});
  example.result(Cause::kTimeout);
  CHECK(!example.monitor->snapshot().destinations.at(0).history);
  const SystemTime first = example.clock.now().system;
  example.pass(3s);
  example.result(Cause::kTimeout);
  example.pass(9s);
  example.result(Cause::kLocalError);
  REQUIRE(example.monitor->snapshot().destinations.at(0).history);
  const Incident open = example.monitor->snapshot().destinations.at(0).history->incidents.at(0);
  CHECK(open.first == first);
  CHECK(open.end == IncidentEnd::kOpen);
  CHECK(open.cause == Cause::kTimeout);
  example.pass(3s);
  example.result(Cause::kReady);
  const Incident over = example.monitor->snapshot().destinations.at(0).history->incidents.at(0);
  CHECK(over.end == IncidentEnd::kAnswered);
  CHECK(over.ended == first + 15s);
  CHECK(over.last == first + 3s);
}

TEST_CASE("a delivery that the MTA's log tells of ends an outage as delivered") {
  Example example({named("a.example")});
  example.resolver.answer("a.example", {kHost});
  example.result(Cause::kTimeout);
  example.pass(3s);
  example.result(Cause::kTimeout);
  BounceEvent event;
  event.destination = named("a.example");
  event.host = "mx.example";
  event.address = kHost;
  event.bounce_class = BounceClass::kDelivered;
  example.pass(1s);
  event.time = example.clock.now().system;
  example.monitor->bounced(event);
  CHECK(example.monitor->snapshot().destinations.at(0).history->incidents.at(0).end == IncidentEnd::kDelivered);
}

TEST_CASE("what could not be asked leaves the streak alone") {
  Example example({named("a.example")});
  example.resolver.answer("a.example", {kHost});
  example.result(Cause::kTimeout);
  example.pass(3s);
  example.result(Cause::kLocalError);
  CHECK(example.monitor->snapshot().destinations.at(0).streak == 1);
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
  CHECK(example.monitor->snapshot().destinations.at(0).verdict == Verdict::kAvailable);
}

TEST_CASE("a lookup that fails as often as `fall` says makes the destination unavailable, with a streak of its own") {
  Example example({named("a.example")});
  example.resolver.answer("a.example", {}, Cause::kDnsTemporary);
  example.pass(3s);
  example.resolver.answer("a.example", {}, Cause::kDnsTemporary);
  CHECK(example.heard.verdicts == std::vector<std::string>{"a.example unavailable"});
  CHECK(example.monitor->snapshot().destinations.at(0).streak == 2);
}

TEST_CASE("no more probes at a time than allowed") {
  Example example({named("a.example"), named("b.example")});
  example.options.max_in_flight = 1;
  example.pass(0s);
  example.resolver.answer("a.example", {kHost});
  example.resolver.answer("b.example", {*Address::parse("192.0.2.2")});
  CHECK(example.prober.asked.size() == 1);
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

TEST_CASE("a snapshot shows the worst only, and counts all") {
  Example example({named("a.example"), named("b.example"), named("c.example")});
  for (const char* name : {"a.example", "b.example", "c.example"}) example.resolver.answer(name, {kHost});
  BounceEvent bounce;
  bounce.destination = named("b.example");
  bounce.bounce_class = BounceClass::kNoAnswer;
  bounce.queue_id = "1";
  example.monitor->bounced(bounce);
  const Snapshot worst = example.monitor->snapshot(1);
  REQUIRE(worst.destinations.size() == 1);
  CHECK(worst.destinations[0].destination == named("b.example"));
  CHECK(worst.hosts.size() == 1);
  CHECK(worst.verdicts[static_cast<std::size_t>(Verdict::kUnknown)] == 3);
  CHECK(worst.providers.size() == 3);
}

TEST_CASE("the silent come before those that answer, and a bounce that is old counts no more") {
  Example example({named("a.example"), named("b.example")});
  example.resolver.answer("a.example", {kHost});
  example.resolver.answer("b.example", {}, Cause::kDnsTemporary);
  BounceEvent bounce;
  bounce.destination = named("a.example");
  bounce.bounce_class = BounceClass::kNoAnswer;
  bounce.queue_id = "1";
  example.monitor->bounced(bounce);
  CHECK(example.monitor->snapshot(1).destinations.at(0).destination == named("a.example"));
  example.pass(3s);
  example.resolver.answer("b.example", {}, Cause::kDnsTemporary);
  example.pass(2h);
  example.monitor->snapshot(1);  // which sees that the bounce is old
  CHECK(example.monitor->snapshot(1).destinations.at(0).destination == named("b.example"));
}

TEST_CASE("a snapshot of one destination has it, its hosts and nobody else") {
  Example example({named("a.example"), named("b.example")});
  example.resolver.answer("a.example", {kHost});
  const Snapshot one = example.monitor->snapshot_of(named("a.example"));
  REQUIRE(one.destinations.size() == 1);
  CHECK(one.hosts.size() == 1);
  CHECK(example.monitor->snapshot_of(named("c.example")).destinations.empty());
}

namespace {

const std::vector<Address> kControlHosts{*Address::parse("192.0.2.101"), *Address::parse("192.0.2.102"),
                                         *Address::parse("192.0.2.103")};

// a.example answers, and so do three controls; grace 10 s. Each comes due again within 11 s.
struct Controlled : Example {
  Controlled() : Example({named("a.example")}) {
    options.controls = {named("one.example"), named("two.example"), named("three.example")};
    options.pacing.interval_control = 100s;
    options.vantage.grace = 10s;
    pass(0s);
    CHECK(resolver.open.size() == 1);  // the controls are looked up once our DNS is known to answer
    resolver.answer("a.example", {kHost});
    resolver.answer("one.example", {kControlHosts[0]});
    resolver.answer("two.example", {kControlHosts[1]});
    resolver.answer("three.example", {kControlHosts[2]});
    for (const Address& address : kControlHosts) found(address, Cause::kReady);
    found(kHost, Cause::kReady);
    pass(11s);
  }
  void controls_found(Cause cause) {
    for (const Address& address : kControlHosts) found(address, cause);
  }
};

}  // namespace

TEST_CASE("a no-answer waits until the controls were asked, and counts when they answer") {
  Controlled example;
  CHECK(example.prober.asked == std::vector{kHost});  // in no doubt, no control is asked
  example.found(kHost, Cause::kTimeout);
  CHECK(example.streak() == 0);
  CHECK(example.prober.asked.size() == 3);
  example.controls_found(Cause::kReady);
  CHECK(example.streak() == 1);
  CHECK(example.monitor->snapshot().vantage.controls_answering == 3);
}

TEST_CASE("while the controls are silent too, streaks stay as they were, and one change is told") {
  Controlled example;
  example.found(kHost, Cause::kTimeout);
  example.controls_found(Cause::kTimeout);
  CHECK(example.heard.vantage == std::vector{true});
  CHECK(example.monitor->snapshot().vantage.impaired);
  for (int round = 0; round < 3; ++round) {
    example.pass(11s);
    example.found(kHost, Cause::kTimeout);
    example.controls_found(Cause::kTimeout);
  }
  CHECK(example.streak() == 0);
  CHECK(example.monitor->snapshot().hosts.at(0).cause == Cause::kVantageImpaired);
  CHECK(example.heard.verdicts == std::vector<std::string>{"a.example available"});
  CHECK(example.heard.vantage == std::vector{true});
}

TEST_CASE("when the controls answer again, a round passes before a no-answer counts") {
  Controlled example;
  example.found(kHost, Cause::kTimeout);
  example.controls_found(Cause::kTimeout);
  example.pass(11s);
  example.controls_found(Cause::kReady);
  CHECK(example.heard.vantage == std::vector{true, false});
  example.found(kHost, Cause::kTimeout);
  CHECK(example.streak() == 0);
  example.pass(11s);
  example.found(kHost, Cause::kTimeout);
  example.controls_found(Cause::kReady);
  CHECK(example.streak() == 1);
}

TEST_CASE("while our vantage is impaired, nobody is asked sooner than at other times") {
  Controlled example;
  example.found(kHost, Cause::kTimeout);
  example.controls_found(Cause::kTimeout);
  example.pass(8s);  // interval_undecided is 2 s, interval 10 s
  CHECK(std::find(example.prober.asked.begin(), example.prober.asked.end(), kHost) == example.prober.asked.end());
}

TEST_CASE("two lookups in a row that find our DNS servers down impair the vantage, one does not") {
  Example example({named("a.example"), named("b.example")});
  example.resolver.answer("a.example", {}, Cause::kResolverDown);
  CHECK(example.heard.vantage.empty());
  example.resolver.answer("b.example", {}, Cause::kResolverDown);
  CHECK(example.heard.vantage.empty());  // nothing is in use yet: nothing is impaired
  example.pass(3s);
  example.resolver.answer("a.example", {kHost});
  example.found(kHost, Cause::kReady);
  example.pass(12s);
  example.resolver.answer("a.example", {}, Cause::kResolverDown);
  example.resolver.answer("b.example", {}, Cause::kResolverDown);
  CHECK(example.heard.vantage == std::vector{true});
}

TEST_CASE("a destination at a control's address is asked at its own pace") {
  Controlled example;
  example.found(kHost, Cause::kReady);
  example.options.destinations.push_back(named("b.example"));
  example.pass(0s);
  example.resolver.answer("b.example", {kControlHosts[0]});
  CHECK(example.prober.asked == std::vector{kControlHosts[0]});
  example.found(kControlHosts[0], Cause::kReady);
  example.pass(11s);
  CHECK(std::find(example.prober.asked.begin(), example.prober.asked.end(), kControlHosts[0]) != example.prober.asked.end());
  example.options.destinations.pop_back();
  example.pass(0s);
  CHECK(example.heard.left == std::vector<std::string>{"b.example"});
}

TEST_CASE("streak, hosts and place on the schedule are kept over an orderly restart") {
  Example before({named("a.example")});
  before.resolver.answer("a.example", {kHost});
  before.result(Cause::kTimeout);
  before.pass(3s);
  before.result(Cause::kTimeout);
  const SystemTime since = *before.monitor->snapshot().destinations.at(0).since;
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
  CHECK(after.monitor->snapshot().destinations.at(0).streak == 3);
}

TEST_CASE("after a kill no address is asked within what one address is asked, and the streak is the one written") {
  Example before({named("a.example")});
  before.resolver.answer("a.example", {kHost});
  before.result(Cause::kTimeout);
  const Saved saved = before.saved(false);

  Example after({named("a.example")}, saved, before.clock.passed + 1h, 60s);
  CHECK(after.monitor->snapshot().destinations.at(0).streak == 1);
  after.resolver.answer("a.example", {kHost});
  after.pass(58s);
  CHECK(after.prober.asked.empty());
  after.pass(1s);
  after.result(Cause::kTimeout);
  CHECK(after.monitor->snapshot().destinations.at(0).streak == 2);
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

namespace {

BounceEvent delivery(const char* destination) {
  BounceEvent event;
  event.destination = named(destination);
  event.bounce_class = BounceClass::kDelivered;
  event.host = "mx.example";
  event.address = kHost;
  return event;
}

}  // namespace

TEST_CASE("a host that answers the MTA and not us is told apart, until it answers us too") {
  Example example({named("a.example")});
  example.resolver.answer("a.example", {kHost});
  for (int i = 0; i < 2; ++i) {
    example.result(Cause::kTimeout);
    example.pass(3s);
  }
  example.monitor->bounced(delivery("a.example"));
  CHECK(example.streak() == 0);
  CHECK_FALSE(example.monitor->snapshot().hosts.at(0).answers_mta_only);  // it may be back
  example.pass(9s);
  for (int i = 0; i < 2; ++i) {
    example.result(Cause::kTimeout);
    example.pass(3s);
  }
  CHECK(example.monitor->snapshot().hosts.at(0).answers_mta_only);
  CHECK(example.monitor->snapshot().destinations.at(0).why.find("answers the MTA and not us") != std::string::npos);
  example.pass(9s);
  example.result(Cause::kReady);
  CHECK_FALSE(example.monitor->snapshot().hosts.at(0).answers_mta_only);
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

TEST_CASE("who asked not to be probed is asked no more, by its name or its hosts' name") {
  Example example({named("a.example"), named("b.example")});
  example.resolver.answer("a.example", {kHost});
  example.prober.asked.clear();
  example.options.never_probe = {named("mx.example")};
  example.pass(0s);
  example.resolver.answer("b.example", {kHost});
  example.pass(60s);
  CHECK(example.prober.asked.empty());
  CHECK(example.monitor->snapshot().destinations.at(0).cause == Cause::kDeniedAddress);
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

TEST_CASE("of many probes due at once a turn begins 64, and the next one the rest") {
  Example example({});
  example.options.max_in_flight = 1000;
  example.options.allowances = {};
  for (int i = 0; i < 100; ++i) example.options.destinations.push_back(named(("d" + std::to_string(i) + ".example").c_str()));
  example.pass(0s);
  example.pass(1s);
  for (int i = 0; i < 100; ++i)
    example.resolver.answer(("d" + std::to_string(i) + ".example").c_str(),
                            {*Address::parse("11.1." + std::to_string(i) + ".1")});
  for (const Address& address : std::vector<Address>(example.prober.asked)) example.found(address, Cause::kReady);
  REQUIRE(example.prober.asked.empty());
  example.pass(1h);
  CHECK(example.prober.asked.size() == 64);
  example.pass(0s);
  CHECK(example.prober.asked.size() == 100);
}
