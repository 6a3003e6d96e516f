#include <random>
#include <set>
#include <tuple>

#include "unit/daemon/monitor_example.hpp"

using namespace mxpulse;
using namespace mxpulse::daemon;
using namespace mxpulse::daemon::test;
using namespace std::chrono_literals;

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
  CHECK(worst.destinations[0]->destination == named("b.example"));
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
  CHECK(example.monitor->snapshot(1).destinations.at(0)->destination == named("a.example"));
  example.pass(3s);
  example.resolver.answer("b.example", {}, Cause::kDnsTemporary);
  example.pass(2h);
  example.monitor->snapshot(1);  // which sees that the bounce is old
  CHECK(example.monitor->snapshot(1).destinations.at(0)->destination == named("b.example"));
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

constexpr auto kOneAtATime = [] { return true; };

void bounce(Example& example, const char* destination) {
  BounceEvent bounce;
  bounce.destination = named(destination);
  bounce.bounce_class = BounceClass::kNoAnswer;
  bounce.queue_id = "1";
  example.monitor->bounced(bounce);
}

std::vector<std::string> rest_of_picture(Example& example) {
  while (!example.monitor->draw(kOneAtATime)) {
  }
  Snapshot picture = example.monitor->take_picture();
  put_worst_first(picture);
  std::vector<std::string> shown;
  for (const DestinationView& view : picture.destinations) shown.emplace_back(view.destination.text());
  return shown;
}

}  // namespace

TEST_CASE("who rises past the place where a picture is being drawn is neither missed nor shown twice") {
  Example example({named("a.example"), named("b.example"), named("c.example")});
  example.monitor->begin_picture(10);
  CHECK_FALSE(example.monitor->draw(kOneAtATime));  // a
  bounce(example, "a.example");
  bounce(example, "c.example");
  CHECK(rest_of_picture(example) == std::vector<std::string>{"c.example", "a.example", "b.example"});
}

TEST_CASE("who falls while a picture is being drawn is not shown twice") {
  Example example({named("a.example"), named("b.example")});
  bounce(example, "a.example");
  example.clock.passed += 2h;
  example.monitor->begin_picture(10);
  CHECK_FALSE(example.monitor->draw(kOneAtATime));  // a, whose bounce is found to be old
  CHECK(rest_of_picture(example) == std::vector<std::string>{"a.example", "b.example"});
}

TEST_CASE("who leaves while a picture is being drawn is not shown, and who stays is counted") {
  Example example({named("a.example"), named("b.example"), named("c.example")});
  example.monitor->begin_picture(10);
  CHECK_FALSE(example.monitor->draw(kOneAtATime));  // a
  example.options.destinations = {named("b.example"), named("c.example")};
  example.pass(1s);
  CHECK(rest_of_picture(example) == std::vector<std::string>{"b.example", "c.example"});
}

TEST_CASE("a picture shows no more than it was asked for, and a later one forgets it") {
  Example example({named("a.example"), named("b.example"), named("c.example")});
  example.monitor->begin_picture(1);
  example.monitor->begin_picture(2);
  CHECK(rest_of_picture(example) == std::vector<std::string>{"a.example", "b.example"});
}

TEST_CASE("whatever moves meanwhile, a picture shows everybody who stays, once, and nobody who is gone") {
  const unsigned seed = GENERATE(range(0u, 20u));
  CAPTURE(seed);
  std::mt19937 random(seed);
  std::vector<std::string> names;
  for (char letter = 'a'; letter < 'm'; ++letter) names.push_back(std::string(1, letter) + ".example");
  Example example({});
  for (const std::string& name : names) example.options.destinations.push_back(named(name.c_str()));
  example.pass(1s);
  for (const std::string& name : names) {
    if (random() % 3 == 0) bounce(example, name.c_str());
  }
  std::set<std::string> stayed(names.begin(), names.end());
  example.monitor->begin_picture(names.size());
  while (!example.monitor->draw(kOneAtATime)) {
    const std::string& name = names[random() % names.size()];
    auto& watched = example.options.destinations;
    const bool leaves = random() % 4 == 0 && std::erase(watched, named(name.c_str())) > 0;
    if (leaves) stayed.erase(name);
    if (!leaves && random() % 2 == 0) bounce(example, name.c_str());
    example.pass(random() % 8 == 0 ? 61min : 1s);
  }
  const Snapshot picture = example.monitor->take_picture();
  std::multiset<std::string> shown;
  for (const DestinationView& view : picture.destinations) shown.emplace(view.destination.text());
  for (const std::string& name : names) {
    CAPTURE(name);
    CHECK(shown.count(name) == (stayed.contains(name) ? 1 : 0));
  }
}

TEST_CASE("who leaves and joins again while a picture is being drawn is shown") {
  const std::vector all{named("a.example"), named("b.example"), named("c.example")};
  Example example(all);
  example.monitor->begin_picture(10);
  CHECK_FALSE(example.monitor->draw(kOneAtATime));  // a
  CHECK_FALSE(example.monitor->draw(kOneAtATime));  // b
  example.options.destinations = {named("b.example"), named("c.example")};
  example.pass(1s);
  example.options.destinations = all;
  example.pass(1s);
  CHECK(rest_of_picture(example) == std::vector<std::string>{"a.example", "b.example", "c.example"});
}

TEST_CASE("whatever happened since the last, a snapshot shows what one of each destination alone does") {
  const unsigned seed = GENERATE(range(0u, 20u));
  CAPTURE(seed);
  std::mt19937 random(seed);
  const std::vector<Address> addresses{kHost, *Address::parse("198.51.100.1"), *Address::parse("203.0.113.1")};
  const std::vector<Cause> causes{Cause::kReady, Cause::kReady, Cause::kBusy, Cause::kTimeout, Cause::kTimeout, Cause::kSilent, Cause::kLocalError};
  std::vector<DomainName> names;
  for (char letter = 'a'; letter < 'g'; ++letter) names.push_back(named((std::string(1, letter) + ".example").c_str()));
  Example example(names);
  for (int step = 0; step < 60; ++step) {
    for (const Address& address : std::vector(example.prober.asked)) {
      if (random() % 2 == 0) example.found(address, causes[random() % causes.size()]);
    }
    const DomainName& name = names[random() % names.size()];
    if (example.resolver.open.contains(name)) {
      const bool fails = random() % 4 == 0;
      example.resolver.answer(name.c_str(), {addresses[random() % 3], addresses[random() % 3]}, fails ? std::optional(Cause::kDnsTemporary) : std::nullopt);
    }
    if (random() % 5 == 0) bounce(example, name.c_str());
    auto& watched = example.options.destinations;
    if (random() % 8 == 0 && std::erase(watched, name) == 0) watched.push_back(name);
    example.clock.passed += random() % 20 == 0 ? Duration(61min) : Duration(4s);
    if (random() % 2 == 0) example.pass(0s);

    const Snapshot all = example.monitor->snapshot();
    for (const DestinationView& view : all.destinations) {
      CAPTURE(step, view.destination.text());
      const Snapshot alone = example.monitor->snapshot_of(view.destination);
      const DestinationView& anew = *alone.destinations.at(0);
      CHECK(std::tie(view.verdict, view.cause, view.why, view.streak, view.since, view.bounces) ==
            std::tie(anew.verdict, anew.cause, anew.why, anew.streak, anew.since, anew.bounces));
      CHECK(std::tie(view.configured, view.stale_dns, view.watched_since, view.gate) ==
            std::tie(anew.configured, anew.stale_dns, anew.watched_since, anew.gate));
      const IncidentHistory none;
      CHECK((view.history ? *view.history : none) == (anew.history ? *anew.history : none));
      REQUIRE(view.hosts.size() == anew.hosts.size());
      for (std::size_t i = 0; i < view.hosts.size(); ++i) CHECK(*all.hosts[view.hosts[i].host] == *alone.hosts[anew.hosts[i].host]);
    }
  }
}
