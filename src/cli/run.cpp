#include "cli/run.hpp"

#include <cstdio>

#include "cli/exit_code.hpp"
#include "config/load.hpp"
#include "daemon/daemon.hpp"

namespace mxpulse::cli {

int run(const std::vector<std::string>& arguments) {
  constexpr const char* kUsageText =
      "usage: mxpulse run --config FILE\n"
      "Watches until SIGTERM; SIGHUP or POST /-/reload reads FILE again.\n";
  if (arguments.size() == 1 && arguments.front() == "--help") return std::fputs(kUsageText, stdout) < 0 ? kNotGood : kGood;

  std::string path;
  if (arguments.size() == 2 && arguments[0] == "--config") path = arguments[1];
  if (arguments.size() == 1 && arguments[0].starts_with("--config=")) path = arguments[0].substr(std::string("--config=").size());
  if (path.empty()) {
    std::fputs(kUsageText, stderr);
    return kUsage;
  }
  auto config = config::load(path);
  if (!config) {
    std::fprintf(stderr, "%s\n", config.why().c_str());
    return kNotGood;
  }
  net::Loop loop;
  daemon::Daemon daemon(loop, std::move(*config), path);
  daemon.run();
  daemon.exit();
}

}  // namespace mxpulse::cli
