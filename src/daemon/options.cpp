#include "daemon/options.hpp"

#include <algorithm>

namespace mxpulse::daemon {
namespace {

constexpr auto kControlMargin = std::chrono::seconds(5);

}  // namespace

MonitorOptions monitor_options(const config::Config& config, std::size_t in_flight_limit) {
  MonitorOptions options;
  options.pacing = {config.probe.interval, config.probe.interval_undecided, config.probe.interval_silent_max,
                    config.probe.per_address};
  options.thresholds = {config.health.fall, config.health.rise};
  options.watch.bounces = config.watch.bounces;
  options.watch.window = config.watch.window;
  options.watch.forget = config.watch.forget;
  options.destinations = config.watch.destinations;
  options.allowances = {config.probe.per_network, config.probe.per_provider};
  options.never_probe = config.watch.never_probe;
  options.pacing.interval_control = config.vantage.interval;
  options.controls = config.vantage.controls;
  options.vantage.panic.ratio = config.vantage.panic_ratio;
  options.vantage.grace = config.probe.interval;  // a round
  options.vantage.wait = config.probe.interval_undecided;
  // A control may have been asked a moment ago, and then takes its time.
  options.vantage.patience =
      config.probe.per_address + config.probe.connect_timeout + config.probe.greeting_timeout + kControlMargin;
  options.max_in_flight =
      config.probe.max_in_flight == 0 ? in_flight_limit : std::min(config.probe.max_in_flight, in_flight_limit);
  return options;
}

probe::Options probe_options(const config::Config& config) {
  return {config.probe.port, config.probe.source, config.probe.connect_timeout, config.probe.greeting_timeout,
          net::AddressPolicy(config.probe.allow, config.probe.deny)};
}

GateOptions gate_options(const config::Config& config) {
  GateOptions options;
  options.mode = config.gate.mode;
  options.policy.schedule = config.gate.schedule;
  options.policy.max_hold = config.gate.max_hold;
  // A silent host is asked at least every interval_silent_max, a name that cannot be looked up every interval; two rounds that
  // tell nothing are stale evidence.
  const Duration round = std::max(config.probe.interval, config.probe.interval_silent_max);
  options.policy.evidence_age = 2 * (round + config.probe.connect_timeout + config.probe.greeting_timeout);
  options.policy.keeps_evidence = !config.store.path.empty();
  options.policy.never_hold = {config.watch.never_hold.begin(), config.watch.never_hold.end()};
  options.mtas.files.postfix = {config.gate.postfix.table, config.gate.postfix.config_directory, config.gate.postfix.transport};
  options.mtas.socketmap = config.gate.postfix.socketmap;
  options.mtas.files.exim = {config.gate.exim.hold_file, config.gate.exim.program};
  return options;
}

dns::Options dns_options(const config::Config& config) {
  dns::Options options;
  options.servers = config.dns.servers;
  options.timeout = config.dns.timeout;
  options.tries = config.dns.tries;
  options.cache_entries = config.dns.cache;
  options.serve_stale = config.dns.serve_stale;
  return options;
}

LogFormat log_format(const config::Config& config) {
  return config.log.format == config::LogFormat::kJson ? LogFormat::kJson : LogFormat::kLogfmt;
}

Level log_level(const config::Config& config) {
  switch (config.log.level) {
    case config::LogLevel::kDebug: return Level::kDebug;
    case config::LogLevel::kInfo: return Level::kInfo;
    case config::LogLevel::kWarning: return Level::kWarning;
    case config::LogLevel::kError: return Level::kError;
  }
  return Level::kInfo;
}

}  // namespace mxpulse::daemon
