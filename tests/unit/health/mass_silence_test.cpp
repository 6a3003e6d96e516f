#include "health/mass_silence.hpp"

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::health;
using namespace std::chrono_literals;

namespace {

Address host(int number) { return *Address::parse("192.0.2." + std::to_string(number)); }
SteadyTime at(Duration time) { return SteadyTime(time); }
SharedText provider(int number) { return SharedText("provider-" + std::to_string(number) + ".example"); }

// Ten hosts of ten providers answer.
struct TenAnswering {
  TenAnswering() {
    for (int i = 0; i < 10; ++i) mass.answered(host(i), provider(i));
  }
  void fall(int first, int last, Duration time, std::size_t destinations = 2) {
    for (int i = first; i <= last; ++i) mass.silent(host(i), provider(i), destinations, false, at(time));
  }
  MassSilence mass;
  Panic panic;
};

}  // namespace

TEST_CASE("six of ten hosts that fall silent at once, ten destinations behind them, are a panic; five are none") {
  TenAnswering ten;
  ten.fall(0, 4, 10s);
  CHECK(ten.mass.why(ten.panic, false).empty());
  ten.fall(5, 5, 11s);
  CHECK(ten.mass.why(ten.panic, false) == "12 destinations fell silent at once, 6 of 10 addresses and 6 of 10 providers");
  CHECK_FALSE(ten.mass.why(ten.panic, true).empty());
}

TEST_CASE("with fewer than ten destinations there is no panic, whatever their share") {
  TenAnswering ten;
  ten.fall(0, 8, 10s, 1);
  CHECK(ten.mass.why(ten.panic, false).empty());
}

TEST_CASE("a panic ratio of 1 never panics") {
  TenAnswering ten;
  ten.panic.ratio = 1;
  ten.fall(0, 9, 10s);
  CHECK(ten.mass.why(ten.panic, false).empty());
}

TEST_CASE("one provider with many hosts and destinations is not everything") {
  MassSilence mass;
  const Panic panic;
  for (int i = 0; i < 5; ++i) mass.answered(host(i), provider(i));
  for (int i = 10; i < 60; ++i) mass.answered(host(i), SharedText("large.example"));
  for (int i = 10; i < 60; ++i) mass.silent(host(i), SharedText("large.example"), 100, false, at(10s));
  CHECK(mass.why(panic, false).empty());
}

TEST_CASE("a provider that still answers at some address is not silent") {
  MassSilence mass;
  const Panic panic;
  for (int i = 0; i < 30; ++i) mass.answered(host(i), SharedText("only.example"));
  for (int i = 0; i < 29; ++i) mass.silent(host(i), SharedText("only.example"), 1, false, at(10s));
  CHECK(mass.why(panic, false).empty());
  mass.silent(host(29), SharedText("only.example"), 1, false, at(11s));
  CHECK_FALSE(mass.why(panic, false).empty());
  CHECK(mass.why(panic, true).empty());  // while our controls answer, one provider is just one provider
}

TEST_CASE("at once means within the window: who is silent longer is counted no more") {
  TenAnswering ten;
  ten.fall(0, 5, 10s);
  ten.mass.expire(10min, at(609s));
  CHECK_FALSE(ten.mass.why(ten.panic, false).empty());
  ten.mass.expire(10min, at(610s));
  CHECK(ten.mass.why(ten.panic, false).empty());
  CHECK(ten.mass.known() == 4);
}

TEST_CASE("who answers again, or is asked no more, ends its part of the panic") {
  TenAnswering ten;
  ten.fall(0, 5, 10s);
  ten.mass.answered(host(0), provider(0));
  CHECK(ten.mass.why(ten.panic, false).empty());
  ten.fall(0, 0, 20s);
  CHECK_FALSE(ten.mass.why(ten.panic, false).empty());
  ten.mass.expire(10min, at(615s));  // the second fall of the first host is within its window
  CHECK(ten.mass.known() == 5);
  ten.mass.forget(host(0));
  CHECK(ten.mass.known() == 4);
}

TEST_CASE("who never answered falls silent only where nobody vouches for us") {
  MassSilence mass;
  const Panic panic;
  for (int i = 0; i < 12; ++i) mass.silent(host(i), provider(i), 1, false, at(10s));
  CHECK(mass.known() == 0);
  CHECK(mass.why(panic, false).empty());
  for (int i = 20; i < 32; ++i) mass.silent(host(i), provider(i), 1, true, at(10s));
  CHECK_FALSE(mass.why(panic, false).empty());
  CHECK_FALSE(mass.has_answered(host(20)));
}
