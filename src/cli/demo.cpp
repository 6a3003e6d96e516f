#include "cli/demo.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "cli/exit_code.hpp"
#include "daemon/daemon.hpp"
#include "demo/internet.hpp"
#include "demo/sender.hpp"

namespace mxpulse::cli {
namespace {

using namespace std::chrono_literals;

// Tells the story on the terminal as it happens.
class Narrator final : public Observer {
 public:
  void verdict_changed(const DomainName& destination, Verdict from, Verdict to, std::string_view why, Now now) override {
    const Paint paint = to == Verdict::kAvailable ? Paint::kGreen : to == Verdict::kUnavailable ? Paint::kRed : Paint::kYellow;
    tell(destination.text(), label(from), label(to), paint, why, now);
  }

  void vantage_changed(bool impaired, std::string_view why, Now now) override {
    tell("our own connection", impaired ? "trusted" : "in doubt", impaired ? "in doubt" : "trusted",
         impaired ? Paint::kRed : Paint::kGreen, why, now);
  }

  void gate_moved(const GateTransition& move, GateMode, Now now) override {
    const Paint paint = move.to == GateMove::kReleased ? Paint::kGreen : Paint::kYellow;
    tell(move.destination.text(), "gate", label(move.to), paint, move.why, now);
  }

 private:
  enum class Paint : std::uint8_t { kRed = 31, kGreen = 32, kYellow = 33 };

  void tell(std::string_view subject, std::string_view from, std::string_view to, Paint paint, std::string_view why, Now now) {
    if (!begun_) begun_ = now.steady;
    const std::string colour = colours_ ? "\x1b[" + std::to_string(static_cast<int>(paint)) + "m" : "";
    std::printf("%5.1f s  %-19.*s %12.*s -> %s%-13.*s%s %.*s\n", to_seconds(now.steady - *begun_),
                static_cast<int>(subject.size()), subject.data(), static_cast<int>(from.size()), from.data(), colour.c_str(), static_cast<int>(to.size()), to.data(),
                colours_ ? "\x1b[0m" : "", static_cast<int>(why.size()), why.data());
    std::fflush(stdout);
  }

  const bool colours_ = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  std::optional<SteadyTime> begun_;
};

// The timers of a day of mail, pressed into a minute.
config::Config demo_config(const demo::Internet& internet, const demo::Sender& sender) {
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
  config.vantage.controls = internet.controls();
  config.vantage.interval = 5s;
  config.watch.window = 1min;
  config.feeds = {{config::FeedType::kNdjson, sender.log().string()}};
  config.gate.schedule = {4s, 6s, 13s};
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
  const net::MachineClock clock;
  demo::Internet internet(loop);
  demo::Sender sender(loop, clock);
  Narrator narrator;
  const auto daemon = make_daemon(loop, demo_config(internet, sender));
  daemon->tell_instead_of_log(narrator);
  std::printf(
      "A small internet on loopback; nothing leaves this machine.\n"
      "  page:    http://%s/\n"
      "  metrics: http://%s/metrics\n"
      "  mail:    %s, where a mail server logs what its messages meet\n"
      "  ask it:  mxpulse check --dns %s --port %u --allow 127.0.0.0/8 backup.example\n"
      "\"gate\" tells what mxpulse would do with that server's mail; the demo only observes.\n\n",
      daemon->http_address().c_str(), daemon->http_address().c_str(), sender.log().c_str(), internet.dns().text().c_str(),
      static_cast<unsigned>(internet.smtp_port()));
  std::fflush(stdout);
  internet.start();
  sender.start();
  daemon->run();
  return kGood;
}

}  // namespace mxpulse::cli
