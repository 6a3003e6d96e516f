#include "metrics/snapshot_collector.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "metrics/names.hpp"

namespace mxpulse::metrics {
namespace {

using Labels = std::vector<prometheus::ClientMetric::Label>;

class GaugeFamily {
 public:
  explicit GaugeFamily(const Name& name) {
    family_.name = name.name;
    family_.help = name.help;
    family_.type = prometheus::MetricType::Gauge;
  }

  void add(Labels labels, double value) {
    prometheus::ClientMetric metric;
    metric.label = std::move(labels);
    metric.gauge.value = value;
    family_.metric.push_back(std::move(metric));
  }

  void move_into(std::vector<prometheus::MetricFamily>& families) {
    if (!family_.metric.empty()) families.push_back(std::move(family_));
  }

 private:
  prometheus::MetricFamily family_;
};

prometheus::ClientMetric::Label label_of(const char* name, std::string value) {
  prometheus::ClientMetric::Label label;
  label.name = name;
  label.value = std::move(value);
  return label;
}

Labels with_cause(Labels labels, Cause cause) {
  labels.push_back(label_of("cause", std::string(label(cause))));
  return labels;
}

Labels with_phase(Labels labels, const char* phase) {
  labels.push_back(label_of("phase", phase));
  return labels;
}

void collect_totals(const Snapshot& snapshot, std::size_t exported, std::vector<prometheus::MetricFamily>& families) {
  std::map<Verdict, std::size_t> by_verdict;
  for (const auto& destination : snapshot.destinations) ++by_verdict[destination.verdict];
  GaugeFamily destinations(kDestinations);
  for (const Verdict verdict : kVerdicts)
    destinations.add({label_of("verdict", std::string(label(verdict)))}, static_cast<double>(by_verdict[verdict]));
  destinations.move_into(families);

  const auto single = [&](const Name& name, std::size_t value) {
    GaugeFamily family(name);
    family.add({}, static_cast<double>(value));
    family.move_into(families);
  };
  single(kDestinationsTracked, snapshot.destinations.size());
  single(kDestinationsExported, exported);
  single(kDestinationsOmitted, snapshot.destinations.size() - exported);
  single(kProbesInFlight, snapshot.probes_in_flight);

  const auto held = std::count_if(snapshot.destinations.begin(), snapshot.destinations.end(),
                                  [](const DestinationView& one) { return one.gate.hold; });
  GaugeFamily holds(kHolds);
  for (const GateMode mode : {GateMode::kObserve, GateMode::kEnforce})
    holds.add({label_of("mode", std::string(label(mode)))}, mode == snapshot.gate_mode ? static_cast<double>(held) : 0);
  holds.move_into(families);
}

bool is_available(Verdict verdict) { return verdict == Verdict::kAvailable || verdict == Verdict::kBackupOnly; }

// A host with several addresses stands there once.
void collect_choices(const Snapshot& snapshot, const DestinationView& view, GaugeFamily& family) {
  std::set<std::string> told;
  for (const HostChoice& choice : view.hosts) {
    const std::string& host = snapshot.hosts[choice.host].host.text();
    if (!told.insert(host).second) continue;
    family.add({label_of("destination", view.destination.text()), label_of("host", host)}, choice.preference);
  }
}

void collect_destinations(const Snapshot& snapshot, std::size_t exported, std::vector<prometheus::MetricFamily>& families) {
  GaugeFamily available(kDestinationAvailable);
  GaugeFamily streak(kDestinationStreak);
  GaugeFamily since(kDestinationSince);
  GaugeFamily cause(kDestinationCause);
  GaugeFamily bounces(kDestinationBounces);
  GaugeFamily host(kDestinationHost);
  GaugeFamily held(kDestinationHeld);
  GaugeFamily next_retry(kDestinationNextRetry);
  for (std::size_t i = 0; i < exported; ++i) {
    const DestinationView& view = snapshot.destinations[i];
    const Labels labels{label_of("destination", view.destination.text()), label_of("provider", view.provider)};
    if (view.verdict != Verdict::kUnknown) available.add(labels, is_available(view.verdict) ? 1 : 0);
    streak.add(labels, view.streak);
    if (view.since) since.add(labels, to_unix_seconds(*view.since));
    if (view.cause) cause.add(with_cause(labels, *view.cause), 1);
    bounces.add(labels, static_cast<double>(view.bounces));
    collect_choices(snapshot, view, host);
    if (view.gate.next_retry || view.gate.exhausted) held.add(labels, view.gate.hold ? 1 : 0);
    if (view.gate.next_retry) next_retry.add(labels, to_unix_seconds(*view.gate.next_retry));
  }
  for (GaugeFamily* family : {&available, &streak, &since, &cause, &bounces, &host, &held, &next_retry})
    family->move_into(families);
}

void collect_hosts(const Snapshot& snapshot, std::size_t exported, std::vector<prometheus::MetricFamily>& families) {
  std::vector<bool> wanted(snapshot.hosts.size(), false);
  for (std::size_t i = 0; i < exported; ++i) {
    for (const HostChoice& choice : snapshot.destinations[i].hosts) wanted[choice.host] = true;
  }
  GaugeFamily answering(kHostAnswering);
  GaugeFamily streak(kHostStreak);
  GaugeFamily last_probe(kHostLastProbe);
  GaugeFamily cause(kHostCause);
  GaugeFamily phase(kHostPhase);
  for (std::size_t i = 0; i < snapshot.hosts.size(); ++i) {
    if (!wanted[i]) continue;
    const HostView& view = snapshot.hosts[i];
    const Labels labels{label_of("host", view.host.text()), label_of("address", view.address.text()),
                        label_of("provider", view.provider)};
    if (view.answering) answering.add(labels, *view.answering ? 1 : 0);
    streak.add(labels, view.streak);
    if (view.last_probe) last_probe.add(labels, to_unix_seconds(*view.last_probe));
    if (view.cause) cause.add(with_cause(labels, *view.cause), 1);
    if (view.connect_time) phase.add(with_phase(labels, "connect"), to_seconds(*view.connect_time));
    if (view.greeting_time) phase.add(with_phase(labels, "greeting"), to_seconds(*view.greeting_time));
  }
  for (GaugeFamily* family : {&answering, &streak, &last_probe, &cause, &phase}) family->move_into(families);
}

}  // namespace

std::vector<prometheus::MetricFamily> collect(const Snapshot& snapshot, std::size_t max_destinations) {
  const std::size_t exported = std::min(snapshot.destinations.size(), max_destinations);
  std::vector<prometheus::MetricFamily> families;
  collect_totals(snapshot, exported, families);
  collect_destinations(snapshot, exported, families);
  collect_hosts(snapshot, exported, families);
  return families;
}

}  // namespace mxpulse::metrics
