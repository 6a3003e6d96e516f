// simulation [--seeds N] [--from M]   runs N stories and prints each that breaks a promise
// simulation --seed N                 tells the story of seed N, line by line
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "simulation/story.hpp"

using namespace mxpulse::test;

namespace {

int tell(std::uint64_t seed) {
  Story story(seed, std::make_shared<const mxpulse::dns::ProviderList>(),
              [](const std::string& line) { std::cout << line << '\n'; });
  const auto broken = story.run();
  std::cout << (broken ? "broken: " + broken->promise + ": " + broken->how : std::string("no promise is broken")) << '\n';
  return broken ? 1 : 0;
}

int run(std::uint64_t from, std::uint64_t seeds) {
  const auto providers = std::make_shared<const mxpulse::dns::ProviderList>();
  const auto begun = std::chrono::steady_clock::now();
  mxpulse::Duration told{0};
  std::size_t probes = 0;
  int failed = 0;
  for (std::uint64_t seed = from; seed < from + seeds; ++seed) {
    Story story(seed, providers, {});
    if (const auto broken = story.run()) {
      std::cout << "seed " << seed << " breaks a promise: " << broken->promise << ": " << broken->how
                << "\n  replay: simulation --seed " << seed << std::endl;
      ++failed;
    }
    told += story.told();
    probes += story.probes();
  }
  const double took = mxpulse::to_seconds(std::chrono::steady_clock::now() - begun);
  std::cout << seeds << " seeds, " << mxpulse::to_seconds(told) / 86400 << " days of mail, " << probes << " probes in " << took
            << " s\n";
  return failed > 0 ? 1 : 0;
}

}  // namespace

int main(int count, char** arguments) {
  std::uint64_t seeds = 1000;
  std::uint64_t from = 1;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = arguments[i];
    const std::uint64_t value = std::strtoull(arguments[i + 1], nullptr, 10);
    if (name == "--seed") return tell(value);
    if (name == "--seeds") seeds = value;
    if (name == "--from") from = value;
  }
  return run(from, seeds);
}
