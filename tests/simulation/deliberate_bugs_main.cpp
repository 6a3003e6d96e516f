// simulation_of_bugs [--seeds N]   lets the simulation look for each deliberate bug in at most N seeds; all must be found, and
//                                  without a bug none of the seeds may break a promise
#include <cstdlib>
#include <iostream>
#include <string>

#include "simulation/deliberate_bug.hpp"
#include "simulation/story.hpp"

namespace mxpulse::test {
namespace {

std::string_view chosen;

// The first seed that finds it, and by which promise.
bool is_found(std::uint64_t seeds, const std::shared_ptr<const dns::ProviderList>& providers) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Story story(seed, providers, {});
    const auto broken = story.run();
    if (!broken) continue;
    std::cout << "seed " << seed << " finds \"" << chosen << "\": " << broken->promise << ": " << broken->how << std::endl;
    return true;
  }
  std::cout << "no seed of " << seeds << " finds \"" << chosen << "\"" << std::endl;
  return false;
}

}  // namespace

void choose_bug(std::string_view name) { chosen = name; }

bool deliberate_bug(std::string_view name) { return chosen == name; }

int find_all(std::uint64_t seeds) {
  const auto providers = std::make_shared<const dns::ProviderList>();
  int failed = 0;
  for (const std::string_view name : deliberate_bugs()) {
    choose_bug(name);
    if (!is_found(seeds, providers)) ++failed;
  }
  choose_bug("");
  if (is_found(50, providers)) ++failed;
  return failed == 0 ? 0 : 1;
}

}  // namespace mxpulse::test

int main(int count, char** arguments) {
  const bool limited = count == 3 && std::string_view(arguments[1]) == "--seeds";
  return mxpulse::test::find_all(limited ? std::strtoull(arguments[2], nullptr, 10) : 2000);
}
