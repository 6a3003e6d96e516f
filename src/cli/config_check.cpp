#include "cli/config_check.hpp"

#include <cstdio>

#include "cli/exit_code.hpp"
#include "config/load.hpp"

namespace mxpulse::cli {

int config_check(const std::vector<std::string>& arguments) {
  constexpr const char* kUsageText = "usage: mxpulse config-check FILE\n";
  if (arguments.size() == 1 && arguments.front() == "--help") return std::fputs(kUsageText, stdout) < 0 ? kNotGood : kGood;
  if (arguments.size() != 1) {
    std::fputs(kUsageText, stderr);
    return kUsage;
  }
  const auto config = config::load(arguments.front());
  if (!config) {
    std::fprintf(stderr, "%s\n", config.why().c_str());
    return kNotGood;
  }
  std::printf("%s: good: %zu destinations, %zu feeds\n", arguments.front().c_str(), config->watch.destinations.size(),
              config->feeds.size());
  return kGood;
}

}  // namespace mxpulse::cli
