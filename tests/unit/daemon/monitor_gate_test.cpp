#include "unit/daemon/monitor_example.hpp"

using namespace mxpulse;
using namespace mxpulse::daemon;
using namespace mxpulse::daemon::test;
using namespace std::chrono_literals;

namespace {

BounceEvent delivery(const char* destination) {
  BounceEvent event;
  event.destination = named(destination);
  event.bounce_class = BounceClass::kDelivered;
  event.host = "mx.example";
  event.address = kHost;
  return event;
}

BounceEvent no_answer(const char* destination) {
  BounceEvent event = delivery(destination);
  event.bounce_class = BounceClass::kNoAnswer;
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
  CHECK_FALSE(example.monitor->snapshot().hosts.at(0)->answers_mta_only);  // it may be back
  example.pass(9s);
  for (int i = 0; i < 2; ++i) {
    example.result(Cause::kTimeout);
    example.pass(3s);
  }
  CHECK(example.monitor->snapshot().hosts.at(0)->answers_mta_only);
  CHECK(example.monitor->snapshot().destinations.at(0)->why.find("answers the MTA and not us") != std::string::npos);
  example.pass(9s);
  example.result(Cause::kReady);
  CHECK_FALSE(example.monitor->snapshot().hosts.at(0)->answers_mta_only);
}

TEST_CASE("a host that the MTA names in capitals is the same host") {
  Example example({named("a.example")});
  example.resolver.answer("a.example", {kHost});
  example.result(Cause::kTimeout);
  REQUIRE(example.streak() == 1);
  BounceEvent event = delivery("a.example");
  event.host = "MX.Example.";
  example.monitor->bounced(event);
  CHECK(example.streak() == 0);
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
  CHECK(example.monitor->snapshot().destinations.at(0)->history->incidents.at(0).end == IncidentEnd::kDelivered);
}

TEST_CASE("a bounce whose lookup fails for now waits for the hosts, and is written down until then") {
  Example example({named("a.example")});
  example.monitor->bounced(no_answer("a.example"));
  for (const Cause cause : {Cause::kDnsTemporary, Cause::kResolverDown, Cause::kLocalError}) {
    example.resolver.answer("a.example", {}, cause);
    CHECK(example.saved(false).destinations.at(0).unjudged.has_value());
    example.pass(10s);
  }
  example.resolver.answer("a.example", {kHost});
  CHECK_FALSE(example.saved(false).destinations.at(0).unjudged.has_value());
}

TEST_CASE("a bounce waits for the hosts no longer than the MTA waits with its next attempt") {
  Example example({named("a.example")});
  example.monitor->bounced(no_answer("a.example"));
  example.resolver.answer("a.example", {}, Cause::kDnsTemporary);
  example.pass(4001s);
  example.resolver.answer("a.example", {}, Cause::kDnsTemporary);
  CHECK_FALSE(example.saved(false).destinations.at(0).unjudged.has_value());
}

TEST_CASE("a bounce that names no host waits for no lookup that fails") {
  Example example({named("a.example")});
  BounceEvent event = no_answer("a.example");
  event.host.clear();
  event.address.reset();
  example.monitor->bounced(event);
  example.resolver.answer("a.example", {}, Cause::kDnsTemporary);
  CHECK_FALSE(example.saved(false).destinations.at(0).unjudged.has_value());
}
