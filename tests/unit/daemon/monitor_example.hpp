// A monitor whose clock, resolver and prober the test moves and answers by hand.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/monitor.hpp"
#include "net/loop.hpp"
#include "support/catch.hpp"

namespace mxpulse::daemon::test {

inline const Address kHost = *Address::parse("192.0.2.1");

inline DomainName named(const char* text) { return *DomainName::parse(text); }

struct MovableClock final : Clock {
  Now now() const override {
    return {SteadyTime(std::chrono::hours(1) + passed), SystemTime(std::chrono::hours(1000) + passed + set)};
  }
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
  void destination_left(const DomainName& destination, Now) override { left.emplace_back(destination.text()); }
  void vantage_changed(bool impaired, std::string_view, Now) override { vantage.push_back(impaired); }
  std::vector<std::string> verdicts;
  std::vector<std::string> left;
  void clock_jumped(std::string_view why, Now) override { jumps.emplace_back(why); }
  std::vector<bool> vantage;
  std::vector<std::string> jumps;
};

struct Example {
  explicit Example(std::vector<DomainName> destinations, const Saved& saved = {}, Duration start = {},
                   Duration per_address = std::chrono::seconds(1)) {
    clock.passed = start;
    options.destinations = std::move(destinations);
    options.max_in_flight = 10;
    options.thresholds = {2, 1};
    options.pacing = {std::chrono::seconds(10), std::chrono::seconds(2), std::chrono::seconds(20), per_address};
    monitor.emplace(loop, clock, options, heard, 1);
    monitor->use(prober);
    monitor->begin_keeping();
    monitor->resume(saved);
    monitor->use(resolver);
    pass(std::chrono::seconds(1));  // the spread of the start
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
  unsigned streak() { return monitor->snapshot().destinations.at(0)->streak; }

  // As a store would have it, however the run ends.
  Saved saved(bool orderly) {
    Batch batch;
    batch.everything = true;
    batch.changed.orderly = orderly;
    batch.changed.taken = clock.now();
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

}  // namespace mxpulse::daemon::test
