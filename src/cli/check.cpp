#include "cli/check.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "cli/check_arguments.hpp"
#include "cli/check_json.hpp"
#include "cli/check_run.hpp"
#include "cli/check_text.hpp"
#include "cli/controls.hpp"
#include "cli/exit_code.hpp"
#include "dns/cares_resolver.hpp"
#include "net/timer.hpp"
#include "probe/banner_prober.hpp"
#include "probe/descriptor_limit.hpp"

namespace mxpulse::cli {
namespace {

// Prints each report and remembers what the exit status needs.
class Printer {
 public:
  Printer(const CheckArguments& arguments, net::Loop& loop)
      : flush_(loop,
               [this] {
                 flushing_ = false;
                 std::fflush(stdout);
               }),
        json_(arguments.json),
        colour_(isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr),
        progress_(isatty(STDERR_FILENO) != 0 && (arguments.from_standard_input || arguments.targets.size() > 1)) {}

  void print(const CheckReport& report) {
    ++told_;
    if (report.health.verdict == Verdict::kAvailable) ++available_;
    // "Could not ask" is what we know when nothing said anything about any host.
    const bool asked = report.health.verdict != Verdict::kUnknown || report.health.cause == Cause::kDeniedAddress;
    if (asked) ++asked_;
    if (report.health.verdict != Verdict::kUnavailable && asked) ++certain_;
    doubt_ = doubt_ || raises_doubt(report);
    silence_ = silence_ || report.health.verdict == Verdict::kUnavailable;

    const std::string text = json_ ? to_json(report) + "\n" : to_text(report, colour_);
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (!std::exchange(flushing_, true)) flush_.start_once(Duration(0));
    if (progress_) std::fprintf(stderr, "\r%zu asked, %zu available \r", told_, available_);
  }

  bool doubt() const { return doubt_; }
  bool silence() const { return silence_; }

  // Controls that were asked and none of which answered make every no-answer ours.
  int exit_code(bool controls_silent) const {
    if (told_ > 0 && asked_ == 0) return kCouldNotAsk;
    if (controls_silent && certain_ == 0) return kCouldNotAsk;
    return available_ == told_ ? kGood : kNotGood;
  }

 private:
  net::Timer flush_;  // a turn's reports are written together
  bool flushing_ = false;
  bool json_;
  bool colour_;
  bool progress_;
  std::size_t told_ = 0;
  std::size_t available_ = 0;
  std::size_t asked_ = 0;    // something was learned
  std::size_t certain_ = 0;  // learned, and not just silence
  bool doubt_ = false;
  bool silence_ = false;  // some target is unavailable
};

struct ControlCount {
  std::size_t asked = 0;
  std::size_t answering = 0;

  void count(const CheckReport& report) {
    ++asked;
    const bool answers = std::any_of(report.asked.begin(), report.asked.end(),
                                     [](const AskedAddress& one) { return outcome(one.result->cause) == Outcome::kAnswered; });
    if (answers) ++answering;
  }
};

dns::Options dns_options(const CheckArguments& arguments) {
  dns::Options options;
  if (arguments.dns) options.servers = {*arguments.dns};
  return options;
}

// The prober tells the run, and the run asks the prober.
class ListenerLink final : public ProbeListener {
 public:
  void connect(ProbeListener& listener) { listener_ = &listener; }
  void probed(const Address& address, const ProbeResult& result) override { listener_->probed(address, result); }

 private:
  ProbeListener* listener_ = nullptr;
};

int check(const CheckArguments& arguments) {
  std::signal(SIGPIPE, SIG_IGN);
  net::Loop loop;
  const net::MachineClock clock;
  const auto limit = probe::raise_descriptor_limit();

  std::unique_ptr<Resolver> resolver;
  if (!arguments.direct) {
    auto made = dns::make_cares_resolver(loop, clock, dns_options(arguments), nullptr);
    if (!made) {
      std::fprintf(stderr, "mxpulse: %s\n", made.why().c_str());
      return kCouldNotAsk;
    }
    resolver = std::move(*made);
  }

  const CheckRun::Limits limits{arguments.concurrency, limit.max_in_flight};
  const probe::Options options{
      arguments.port, {}, arguments.connect_timeout, arguments.greeting_timeout, net::AddressPolicy(arguments.allow, {})};
  Printer printer(arguments, loop);
  ControlCount controls;
  ListenerLink link;
  probe::BannerProber prober(loop, clock, options, link);
  CheckRun run(loop, clock, resolver.get(), limits, [&](const CheckReport& report) { printer.print(report); });
  CheckRun control_run(loop, clock, resolver.get(), limits, [&](const CheckReport& report) { controls.count(report); });

  const auto ask_controls = [&] {
    if (!printer.doubt() || !resolver) return loop.stop();
    link.connect(control_run);
    control_run.begin(TargetSource(control_domains()), prober, [&] { loop.stop(); });
  };
  link.connect(run);
  run.begin(arguments.from_standard_input ? TargetSource::lines_of(STDIN_FILENO) : TargetSource(arguments.targets), prober,
            ask_controls);
  loop.run();

  std::FILE* const people = arguments.json ? stderr : stdout;
  if (controls.asked > 0) {
    std::fprintf(people, "%s\n", control_sentence(controls.answering, controls.asked).c_str());
  } else if (printer.silence()) {
    std::fputs("Is it us? Not asked: no silent target is on the Internet.\n", people);
  }
  return printer.exit_code(controls.asked > 0 && controls.answering == 0);
}

}  // namespace

int check(const std::vector<std::string>& arguments) {
  const auto parsed = parse_check_arguments(arguments);
  if (!parsed) {
    std::fprintf(stderr, "mxpulse check: %s\n", parsed.why().c_str());
    return kUsage;
  }
  if (parsed->help) return std::fputs(kCheckHelp, stdout) < 0 ? kNotGood : kGood;
  return check(*parsed);
}

}  // namespace mxpulse::cli
