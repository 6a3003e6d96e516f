// What Prometheus scrapes: the daemon's own counters, and the state of a snapshot.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "mxpulse/dns_observer.hpp"
#include "mxpulse/metrics_format.hpp"
#include "mxpulse/metrics_tier.hpp"
#include "mxpulse/observer.hpp"
#include "mxpulse/snapshot.hpp"

namespace mxpulse::metrics {

class Metrics final : public Observer, public DnsObserver {
 public:
  // At most `max_destinations` have series of their own.
  explicit Metrics(std::size_t max_destinations);
  ~Metrics() override;

  void set_max_destinations(std::size_t max_destinations) { max_destinations_ = max_destinations; }

  // From now on these are the feeds: each has series from the start, one that is gone has none.
  void set_feeds(const std::vector<std::string>& feeds);

  // Any thread.
  std::string text(const Snapshot& snapshot, MetricsTier tier = MetricsTier::kAll,
                   MetricsFormat format = MetricsFormat::kText) const;

  void probed(const Address& address, const ProbeResult& result, Now now) override;
  void probe_lagged(Duration lag) override;
  void bounced(const BounceEvent& event, Now now) override;
  void feed_read(const std::string& feed, std::size_t lines, Now now) override;
  void feed_failed(const std::string& feed, std::string_view why, Now now) override;
  void gate_moved(const GateTransition& transition, GateMode mode, Now now) override;
  void retried(RetryResult result) override;
  void attempt_was_vain(GateState gate) override;
  void gate_failed(std::string_view mta, std::string_view why, Now now) override;
  void webhook_ended(const std::string& receiver, WebhookResult result, std::string_view why, Now now) override;
  void store_wrote(bool taken, std::string_view why, Now now) override;
  void reloaded(bool successful, std::string_view why, Now now) override;

  void queried(DnsAnswer answer, Duration took) override;
  void cache_hit(bool stale) override;
  void resolver_answers(bool answers) override;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
  std::atomic<std::size_t> max_destinations_;
};

}  // namespace mxpulse::metrics
