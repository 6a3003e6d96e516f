#include "unit/daemon/monitor_example.hpp"

using namespace mxpulse;
using namespace mxpulse::daemon;
using namespace mxpulse::daemon::test;
using namespace std::chrono_literals;

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
  CHECK(example.monitor->snapshot().hosts.at(0)->cause == Cause::kVantageImpaired);
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

TEST_CASE("two lookups in a row that lack a socket impair us, be they of one name") {
  Example example({named("a.example")});
  example.resolver.answer("a.example", {kHost});
  example.result(Cause::kReady);
  for (int i = 0; i < 2; ++i) {
    CHECK_FALSE(example.monitor->snapshot().vantage.impaired);
    example.pass(11s);
    example.resolver.answer("a.example", {}, Cause::kLocalError);
  }
  CHECK(example.monitor->snapshot().vantage.why == "this machine has no socket to ask our DNS servers by");
}

TEST_CASE("a lookup of which one host could not be asked for leaves the streak of lookups as it is") {
  Example example({named("a.example")});
  example.resolver.answer("a.example", {}, Cause::kDnsTemporary);
  REQUIRE(example.streak() == 1);
  example.pass(3s);
  auto set = std::make_shared<MxSet>();
  set->destination = named("a.example");
  set->hosts = {{named("mx.example"), 10, {}, 0, {kHost}, {}, {}},
                {named("backup.example"), 20, Cause::kLocalError, 0, {}, {}, {}}};
  example.resolver.open.extract(named("a.example")).mapped()(set);
  example.pass(11s);
  example.resolver.answer("a.example", {}, Cause::kDnsTemporary);
  CHECK(example.streak() == 2);
}
