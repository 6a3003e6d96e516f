#include <random>
#include <set>

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
