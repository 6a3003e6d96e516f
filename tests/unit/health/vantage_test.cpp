#include "health/vantage.hpp"

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::health;
using namespace std::chrono_literals;

namespace {

constexpr Path kV4{Family::kIPv4, true};
constexpr Path kV6{Family::kIPv6, true};

Address host(int number) { return *Address::parse("192.0.2." + std::to_string(number)); }
DomainName control(int number) { return *DomainName::parse("control-" + std::to_string(number) + ".example"); }
SteadyTime at(Duration time) { return SteadyTime(time); }

ProbeResult result(Cause cause, bool no_route = false) {
  ProbeResult made;
  made.cause = cause;
  made.why = std::string(label(cause));
  made.no_route = no_route;
  return made;
}

// Grace 60 s, patience 180 s, wait 30 s.
struct Example {
  explicit Example(int controls = 0, std::vector<Path> paths = {kV4}) {
    for (int i = 0; i < controls; ++i) vantage.set_control(control(i), paths);
  }
  void hears(int number, Cause cause, Duration time, Path path = kV4) {
    vantage.heard(host(number), path, SharedText("provider-" + std::to_string(number)), 1, result(cause), at(time));
    turn(time);
  }
  void controls_say(int first, int last, Outcome outcome, Duration time, Path path = kV4) {
    for (int i = first; i <= last; ++i) vantage.control_said(control(i), path, outcome);
    turn(time);
  }
  void turn(Duration time) {
    if (const auto change = vantage.turn(at(time))) told.push_back((change->impaired ? "impaired: " : "well") + change->why);
  }
  Judgement judge(int number, Duration ended, Duration now, Path path = kV4) const {
    return vantage.judge(host(number), path, at(ended), at(now));
  }
  std::vector<std::string> told;
  Vantage vantage{VantageOptions{{}, 60s, 180s, 30s}};
};

}  // namespace

TEST_CASE("with nobody else to ask, a no-answer counts at once") {
  Example example;
  example.hears(1, Cause::kTimeout, 10s);
  CHECK(example.judge(1, 10s, 10s) == Judgement::kCounts);
}

TEST_CASE("a no-answer counts once somebody else is heard after it") {
  Example example(3);
  example.hears(2, Cause::kReady, 9s);
  example.hears(1, Cause::kTimeout, 10s);
  CHECK(example.judge(1, 10s, 10s) == Judgement::kDoubtful);
  example.hears(1, Cause::kReady, 11s);  // its own later answer vouches for nothing
  CHECK(example.judge(1, 10s, 11s) == Judgement::kDoubtful);
  example.hears(2, Cause::kReady, 12s);
  CHECK(example.judge(1, 10s, 12s) == Judgement::kCounts);
}

TEST_CASE("without controls a no-answer waits for others that answered before, but not for ever") {
  Example example;
  example.hears(2, Cause::kReady, 9s);
  example.hears(1, Cause::kTimeout, 10s);
  CHECK(example.judge(1, 10s, 39s) == Judgement::kDoubtful);
  CHECK(example.judge(1, 10s, 40s) == Judgement::kCounts);
}

TEST_CASE("a no-answer that no control vouches for in time is not counted") {
  Example example(1);
  example.hears(1, Cause::kTimeout, 10s);
  CHECK(example.judge(1, 10s, 189s) == Judgement::kDoubtful);
  CHECK(example.judge(1, 10s, 190s) == Judgement::kOurs);
}

TEST_CASE("two of three silent controls are an impairment, told once, and nothing counts; one is none") {
  Example example(3);
  example.hears(1, Cause::kReady, 1s);
  example.controls_say(0, 0, Outcome::kNoAnswer, 10s);
  CHECK_FALSE(example.vantage.is_impaired());
  example.controls_say(1, 1, Outcome::kNoAnswer, 11s);
  CHECK(example.vantage.is_impaired());
  CHECK(example.judge(1, 12s, 12s) == Judgement::kOurs);
  example.turn(13s);
  CHECK(example.told == std::vector<std::string>{"impaired: IPv4: 2 of 3 controls are silent"});
}

TEST_CASE("after an impairment no-answers are heard for a grace and not counted") {
  Example example(1);
  example.controls_say(0, 0, Outcome::kNoAnswer, 10s);
  example.controls_say(0, 0, Outcome::kAnswered, 20s);
  CHECK_FALSE(example.vantage.is_impaired());
  CHECK(example.told.back() == "well");
  CHECK_FALSE(example.vantage.trusts(kV4, at(79s)));
  CHECK(example.judge(1, 79s, 79s) == Judgement::kOurs);
  CHECK(example.vantage.trusts(kV4, at(80s)));
}

TEST_CASE("controls silent since the start, and never any answer: what to look at is said in plain words") {
  Example example(3);
  example.controls_say(0, 2, Outcome::kNoAnswer, 40s);
  CHECK(example.told.front().find("blocks outgoing port 25") != std::string::npos);
}

TEST_CASE("everybody silent since the start, before the controls were asked: the same words") {
  Example example(3);
  for (int i = 0; i < 12; ++i) example.hears(i, Cause::kTimeout, 5s);
  REQUIRE_FALSE(example.told.empty());
  CHECK(example.told.front().find("fell silent at once") != std::string::npos);
  CHECK(example.told.front().find("blocks outgoing port 25") != std::string::npos);
}

TEST_CASE("a control that could not be asked says nothing") {
  Example example(1);
  example.controls_say(0, 0, Outcome::kNotTried, 10s);
  CHECK_FALSE(example.vantage.is_impaired());
  CHECK(example.vantage.controls_answering() == 0);
}

TEST_CASE("IPv6 broken alone impairs IPv6 alone") {
  Example example(3, {kV4, kV6});
  example.hears(1, Cause::kReady, 5s);
  example.controls_say(0, 2, Outcome::kAnswered, 10s, kV4);
  example.controls_say(0, 2, Outcome::kNoAnswer, 10s, kV6);
  CHECK(example.vantage.is_impaired(kV6));
  CHECK(example.vantage.family_is_impaired(Family::kIPv6));
  CHECK(example.vantage.trusts(kV4, at(10s)));
  CHECK_FALSE(example.vantage.is_impaired());
  CHECK(example.told.empty());
}

TEST_CASE("a private network's hosts do not wait for controls on the Internet") {
  Example example(3);
  const Path inside{Family::kIPv4, false};
  example.controls_say(0, 2, Outcome::kNoAnswer, 10s);
  example.hears(1, Cause::kTimeout, 11s, inside);
  CHECK(example.judge(1, 11s, 11s, inside) == Judgement::kCounts);
}

TEST_CASE("no DNS server that answers impairs every path") {
  Example example;
  example.hears(1, Cause::kReady, 5s);
  example.vantage.resolver_said("none of our DNS servers answers");
  example.turn(6s);
  CHECK(example.told == std::vector<std::string>{"impaired: none of our DNS servers answers"});
  CHECK(example.judge(1, 7s, 7s) == Judgement::kOurs);
}

TEST_CASE("three local errors in a row are an impairment, until something else is heard") {
  Example example;
  example.hears(1, Cause::kReady, 5s);
  for (const int second : {6, 7}) example.hears(1, Cause::kLocalError, std::chrono::seconds(second));
  CHECK_FALSE(example.vantage.is_impaired());
  example.hears(2, Cause::kLocalError, 8s);
  CHECK(example.told == std::vector<std::string>{"impaired: IPv4: this machine cannot ask: local_error"});
  example.hears(2, Cause::kTimeout, 9s);
  CHECK_FALSE(example.vantage.is_impaired());
}

TEST_CASE("a machine that never had IPv6 is not impaired for it") {
  Example example;
  for (int i = 0; i < 5; ++i) example.vantage.heard(host(i), kV6, SharedText("p"), 1, result(Cause::kLocalError, true), at(10s));
  example.turn(10s);
  CHECK_FALSE(example.vantage.is_impaired());
  CHECK_FALSE(example.vantage.family_is_impaired(Family::kIPv6));
}

TEST_CASE("a route that is lost impairs the family that worked") {
  Example example;
  example.hears(1, Cause::kReady, 5s);
  for (int i = 0; i < 3; ++i) example.vantage.heard(host(i), kV4, SharedText("p"), 1, result(Cause::kLocalError, true), at(10s));
  example.turn(10s);
  CHECK(example.vantage.is_impaired());
}

TEST_CASE("most falling silent at once is a panic: who answered before is not counted, a stranger is") {
  Example example;
  for (int i = 0; i < 12; ++i) example.hears(i, Cause::kReady, 1s);
  for (int i = 0; i < 12; ++i) example.hears(i, Cause::kTimeout, 10s);
  CHECK(example.vantage.is_impaired());
  CHECK(example.judge(3, 10s, 10s) == Judgement::kOurs);
  example.hears(50, Cause::kTimeout, 11s);
  CHECK(example.judge(50, 11s, 11s) == Judgement::kCounts);
  CHECK_FALSE(example.vantage.trusts(kV4, at(11s)));
  for (int i = 0; i < 12; ++i) example.hears(i, Cause::kReady, 20s);
  CHECK_FALSE(example.vantage.is_impaired());
}

TEST_CASE("a panic ends with its window, and then it is them") {
  Example example;
  for (int i = 0; i < 12; ++i) example.hears(i, Cause::kReady, 1s);
  for (int i = 0; i < 12; ++i) example.hears(i, Cause::kTimeout, 10s);
  example.turn(610s);
  CHECK_FALSE(example.vantage.is_impaired());
  CHECK(example.judge(3, 680s, 711s) == Judgement::kCounts);
}
