#include "health/tally.hpp"

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::health;

namespace {

std::vector<std::string> names(const std::vector<ProviderView>& providers) {
  std::vector<std::string> all;
  for (const auto& one : providers) all.push_back(one.provider);
  return all;
}

std::size_t unavailable(const VerdictCounts& counts) { return counts[static_cast<std::size_t>(Verdict::kUnavailable)]; }

}  // namespace

TEST_CASE("the provider with most destinations unavailable comes first, then the largest, then by name") {
  Tally tally;
  for (const char* provider : {"b.example", "a.example", "large.example", "large.example"})
    tally.add(provider, Verdict::kAvailable);
  tally.add("down.example", Verdict::kUnavailable);
  CHECK(names(tally.worst(10)) == std::vector<std::string>{"down.example", "large.example", "a.example", "b.example"});
  CHECK(names(tally.worst(1)) == std::vector<std::string>{"down.example"});
}

TEST_CASE("a change of mind moves a destination, and a provider without any vanishes") {
  Tally tally;
  tally.add("a.example", Verdict::kUnknown);
  tally.add("b.example", Verdict::kUnavailable);
  tally.remove("a.example", Verdict::kUnknown);
  tally.add("a.example", Verdict::kUnavailable);
  CHECK(unavailable(tally.all()) == 2);
  tally.remove("b.example", Verdict::kUnavailable);
  CHECK(names(tally.worst(10)) == std::vector<std::string>{"a.example"});
  CHECK(unavailable(tally.worst(1).at(0).destinations) == 1);
  tally.remove("a.example", Verdict::kUnavailable);
  CHECK(tally.providers() == 0);
  CHECK(tally.worst(10).empty());
}

TEST_CASE("a destination whose provider is not known counts among all, and for no provider") {
  Tally tally;
  tally.add("", Verdict::kUnavailable);
  CHECK(unavailable(tally.all()) == 1);
  CHECK(tally.providers() == 0);
  tally.remove("", Verdict::kUnavailable);
  CHECK(unavailable(tally.all()) == 0);
}
