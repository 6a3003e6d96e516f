#include "world/machine.hpp"

#include "daemon/options.hpp"

namespace mxpulse::test {
namespace {

constexpr std::size_t kInFlightLimit = 1000;
const std::string kFeed = "mail.log";

std::unique_ptr<dns::MxResolver> make_resolver(World& world, const config::Config& config, DnsObserver& observer,
                                               std::uint64_t seed) {
  std::vector<std::unique_ptr<dns::Server>> servers;
  servers.push_back(world.dns.server());
  return std::make_unique<dns::MxResolver>(world.time, world.time, dns::Upstreams(world.time, std::move(servers), &observer),
                                           dns::Cache(config.dns.cache, config.dns.serve_stale), world.providers, &observer,
                                           seed);
}

daemon::MonitorOptions monitor_options(const World& world, const config::Config& config) {
  auto options = daemon::monitor_options(config, kInFlightLimit);
  options.watch.destinations_max = world.watchlist_max;
  return options;
}

}  // namespace

Machine::Machine(World& world, config::Config config, std::uint64_t seed, Observer& also_told, WriteLog write_log,
                 const Wrap& wrap)
    : world_(world),
      config_(std::move(config)),
      log_(daemon::log_format(config_), daemon::log_level(config_), std::move(write_log)),
      metrics_(config_.metrics.max_destinations),
      monitor_(world.time, world.time, monitor_options(world, config_), observers_, seed),
      gatekeeper_(world.time, world.time, world.mta, observers_),
      prober_(world.network, daemon::probe_options(config_), monitor_),
      parser_(bounce::make_postfix_parser()) {
  auto answers = make_resolver(world, config_, metrics_, seed);
  answers_ = answers.get();
  resolver_ = wrap(std::move(answers));
  observers_.add(log_);
  observers_.add(metrics_);
  observers_.add(also_told);
  gatekeeper_.configure(daemon::gate_options(config_));
  monitor_.use(gatekeeper_);
  monitor_.use(prober_);
  if (!config_.store.path.empty()) keep();
  monitor_.use(*resolver_);
}

void Machine::follow_log() {
  world_.mta.on_line([this] { read_log(); });
  read_log();
}

Machine::~Machine() { world_.mta.on_line(nullptr); }

void Machine::reload(config::Config config) {
  config_ = std::move(config);
  log_.configure(daemon::log_format(config_), daemon::log_level(config_));
  metrics_.set_max_destinations(config_.metrics.max_destinations);
  prober_.set_options(daemon::probe_options(config_));
  gatekeeper_.configure(daemon::gate_options(config_));
  monitor_.configure(monitor_options(world_, config_));
  observers_.reloaded(true, "the new configuration is in force", world_.time.now());
}

void Machine::stop() {
  world_.mta.on_line(nullptr);
  const auto last = keeper_ ? std::optional(keeper_->last(std::nullopt)) : std::nullopt;
  gatekeeper_.stop();
  if (last && !world_.disk.is_full()) world_.disk.take(*last);
}

// Goes on where an earlier run ended, and writes down from now on.
void Machine::keep() {
  const Saved saved = world_.disk.load();
  store_ = std::make_unique<FakeStore>(world_.time, world_.disk);
  keeper_ = std::make_unique<daemon::Keeper>(world_.time, world_.time, *store_,
                                             std::vector<daemon::Kept*>{&monitor_, &gatekeeper_, this}, observers_);
  monitor_.resume(saved);
  gatekeeper_.resume(saved);
  for (const DomainName& name : gatekeeper_.on_course())
    if (!monitor_.watches(name)) gatekeeper_.forgotten(name);
  for (const SavedPosition& one : saved.positions) lines_read_ = lines_written_ = std::stoul(one.position);
}

void Machine::gather(Batch& batch) {
  if (lines_written_ == lines_read_ && !batch.everything) return;
  lines_written_ = lines_read_;
  batch.changed.positions.push_back({kFeed, std::to_string(lines_read_)});
}

void Machine::not_written(const Batch& batch) {
  if (!batch.changed.positions.empty()) lines_written_ = 0;
}

void Machine::read_log() {
  const auto& lines = world_.mta.log();
  const std::size_t before = lines_read_;
  while (lines_read_ < lines.size()) {
    parser_->take(lines[lines_read_++], world_.time.now().system, [this](const BounceEvent& event) { monitor_.bounced(event); });
  }
  if (lines_read_ > before) observers_.feed_read(kFeed, lines_read_ - before, world_.time.now());
}

}  // namespace mxpulse::test
