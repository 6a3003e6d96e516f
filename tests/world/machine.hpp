// The daemon's core on the fake world, wired as daemon.cpp wires it. Destroying it is kill -9.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bounce/log_parser.hpp"
#include "config/config.hpp"
#include "daemon/event_log.hpp"
#include "daemon/gatekeeper.hpp"
#include "daemon/keeper.hpp"
#include "daemon/monitor.hpp"
#include "daemon/observers.hpp"
#include "dns/mx_resolver.hpp"
#include "dns/provider.hpp"
#include "metrics/metrics.hpp"
#include "world/fake_dns.hpp"
#include "world/fake_mta.hpp"
#include "world/fake_network.hpp"
#include "world/fake_store.hpp"
#include "world/fake_time.hpp"

namespace mxpulse::test {

// What is there whether mxpulse runs or not.
struct World {
  FakeTime time;
  FakeDns dns{time};
  FakeNetwork network{time};
  FakeMta mta{time, dns, network};
  FakeDisk disk;
  std::size_t watchlist_max = watch::Options{}.destinations_max;  // so small in some worlds that it is reached
  std::shared_ptr<const dns::ProviderList> providers = std::make_shared<const dns::ProviderList>();
};

// With a store.path in its configuration it remembers on the world's disk.
class Machine final : private daemon::Kept {
 public:
  using WriteLog = daemon::EventLog::Write;
  // Stands between the core and its resolver.
  using Wrap = std::function<std::unique_ptr<Resolver>(std::unique_ptr<Resolver>)>;

  // `also_told` hears everything besides log and metrics, and must outlive this.
  Machine(World& world, config::Config config, std::uint64_t seed, Observer& also_told, WriteLog write_log, const Wrap& wrap);
  ~Machine() override;

  void reload(config::Config config);
  // As a file with an error does.
  void reload_failed(const std::string& why) { observers_.reloaded(false, why, world_.time.now()); }
  // As SIGTERM does.
  void stop();
  // From its place on, and what is added later.
  void follow_log();

  const config::Config& config() const { return config_; }
  Snapshot snapshot() { return monitor_.snapshot(); }
  const daemon::Gatekeeper& gatekeeper() const { return gatekeeper_; }
  std::size_t probes_in_flight() const { return prober_.in_flight(); }
  daemon::Load load() const { return monitor_.load(); }
  // Entries of the DNS cache.
  std::size_t cached() const { return answers_->cached(); }
  // Of the mail log, the one that is being taken included.
  std::size_t lines_read() const { return lines_read_; }
  std::string metrics() { return metrics_.text(monitor_.snapshot()); }

 private:
  // Its place in the mail log.
  void begin_keeping() override {}
  void gather(Batch& batch) override;
  void not_written(const Batch& batch) override;

  void keep();
  void read_log();

  World& world_;
  config::Config config_;
  daemon::EventLog log_;
  metrics::Metrics metrics_;
  daemon::Observers observers_;
  daemon::Monitor monitor_;
  daemon::Gatekeeper gatekeeper_;
  FakeProber prober_;
  dns::MxResolver* answers_;  // within `resolver_`
  std::unique_ptr<Resolver> resolver_;
  std::unique_ptr<bounce::LogParser> parser_;
  std::size_t lines_read_ = 0;
  std::size_t lines_written_ = 0;
  std::unique_ptr<FakeStore> store_;
  std::unique_ptr<daemon::Keeper> keeper_;
};

}  // namespace mxpulse::test
