#include "cli/demo.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "cli/exit_code.hpp"
#include "daemon/daemon.hpp"
#include "demo/internet.hpp"

namespace mxpulse::cli {
namespace {

using namespace std::chrono_literals;

// Tells the story on the terminal as it happens.
class Narrator final : public Observer {
 public:
  void verdict_changed(const DomainName& destination, Verdict from, Verdict to, std::string_view why, Now now) override {
    if (!begun_) begun_ = now.steady;
    const bool colour = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
    const char* paint = !colour                       ? ""
                        : to == Verdict::kAvailable   ? "\x1b[32m"
                        : to == Verdict::kUnavailable ? "\x1b[31m"
                                                      : "\x1b[33m";
    std::printf("%5.1f s  %-22s %13.*s -> %s%-13.*s%s %.*s\n", to_seconds(now.steady - *begun_), destination.text().c_str(),
                static_cast<int>(label(from).size()), label(from).data(), paint, static_cast<int>(label(to).size()),
                label(to).data(), colour ? "\x1b[0m" : "", static_cast<int>(why.size()), why.data());
    std::fflush(stdout);
  }

 private:
  std::optional<SteadyTime> begun_;
};

// The timers of a day of mail, pressed into a minute.
config::Config demo_config(const demo::Internet& internet) {
  config::Config config;
  config.dns.servers = {internet.dns()};
  config.dns.timeout = 500ms;
  config.dns.serve_stale = 0s;
  config.probe.port = internet.smtp_port();
  config.probe.allow = {*AddressRange::parse("127.0.0.0/8"), *AddressRange::parse("::1")};
  config.probe.connect_timeout = 1s;
  config.probe.greeting_timeout = 2s;
  config.probe.interval = 3s;
  config.probe.interval_undecided = 1s;
  config.probe.interval_silent_max = 3s;
  config.probe.per_address = 1s;
  config.watch.destinations = internet.destinations();
  config.log.level = config::LogLevel::kError;
  return config;
}

// The usual address, or any free one when a daemon has that already.
std::unique_ptr<daemon::Daemon> make_daemon(net::Loop& loop, config::Config config) {
  try {
    return std::make_unique<daemon::Daemon>(loop, config, "");
  } catch (const std::runtime_error&) {
    config.http.listen.port = 0;
    return std::make_unique<daemon::Daemon>(loop, config, "");
  }
}

}  // namespace

int demo(const std::vector<std::string>& arguments) {
  constexpr const char* kUsageText =
      "usage: mxpulse demo\n"
      "Runs the daemon against mail hosts on 127.0.0.0/8 that fail in every way and recover. Ctrl-C ends it.\n";
  if (!arguments.empty()) {
    const bool help = arguments.size() == 1 && arguments.front() == "--help";
    std::fputs(kUsageText, help ? stdout : stderr);
    return help ? kGood : kUsage;
  }
  net::Loop loop;
  demo::Internet internet(loop);
  Narrator narrator;
  const auto daemon = make_daemon(loop, demo_config(internet));
  daemon->also_tell(narrator);
  std::printf(
      "A small internet on loopback; nothing leaves this machine.\n"
      "  metrics: http://%s/metrics\n"
      "  ask it:  mxpulse check --dns %s --port %u --allow 127.0.0.0/8 backup.example\n\n",
      daemon->http_address().c_str(), internet.dns().text().c_str(), static_cast<unsigned>(internet.smtp_port()));
  std::fflush(stdout);
  internet.start();
  daemon->run();
  return kGood;
}

}  // namespace mxpulse::cli
