#include "metrics/series.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

namespace mxpulse::metrics {
namespace {

constexpr std::string_view kOtherProviders = "other";  // no domain: it has no dot

std::size_t sum(const VerdictCounts& counts) { return std::accumulate(counts.begin(), counts.end(), std::size_t{0}); }

std::size_t exported(const Snapshot& snapshot, std::size_t max_destinations) {
  return std::min(snapshot.destinations.size(), max_destinations);
}

void tell_provider(std::string_view provider, const VerdictCounts& counts, SeriesSink& sink) {
  for (const Verdict verdict : kVerdicts) {
    const std::array labels{Label{"provider", provider}, Label{"verdict", label(verdict)}};
    sink.series(labels, static_cast<double>(counts[static_cast<std::size_t>(verdict)]));
  }
}

void tell_providers(const Snapshot& snapshot, SeriesSink& sink) {
  sink.metric(kProviderDestinations);
  VerdictCounts others = snapshot.verdicts;
  for (const ProviderView& view : snapshot.providers) {
    tell_provider(view.provider, view.destinations, sink);
    for (std::size_t i = 0; i < others.size(); ++i) others[i] -= view.destinations[i];
  }
  tell_provider(kOtherProviders, others, sink);
}

void tell_single(const Name& name, std::size_t value, SeriesSink& sink) {
  sink.metric(name);
  sink.series({}, static_cast<double>(value));
}

bool is_available(Verdict verdict) { return verdict == Verdict::kAvailable || verdict == Verdict::kBackupOnly; }

using Value = std::optional<double>;

Value unix_seconds(const std::optional<SystemTime>& time) { return time ? Value(to_unix_seconds(*time)) : std::nullopt; }

// Absent where `value_of` gives nothing: unknown is not 0.
template <typename Views, typename LabelsOf, typename ValueOf>
void tell_each(const Name& name, const Views& views, LabelsOf labels_of, ValueOf value_of, SeriesSink& sink) {
  sink.metric(name);
  for (const auto& view : views) {
    if (const Value value = value_of(view)) sink.series(labels_of(view), *value);
  }
}

template <std::size_t N>
std::array<Label, N + 1> with(const std::array<Label, N>& labels, Label last) {
  std::array<Label, N + 1> all;
  std::ranges::copy(labels, all.begin());
  all.back() = last;
  return all;
}

bool on_course(const DestinationView& view) { return view.gate.next_retry || view.gate.exhausted; }

// A host with several addresses stands there once.
void tell_choices(const Snapshot& snapshot, std::span<const Shared<DestinationView>> views, SeriesSink& sink) {
  sink.metric(kDestinationHost);
  const auto host_of = [&](const HostChoice& choice) -> const DomainName& { return snapshot.hosts[choice.host]->host; };
  for (const DestinationView& view : views) {
    for (auto choice = view.hosts.begin(); choice != view.hosts.end(); ++choice) {
      const DomainName& host = host_of(*choice);
      if (std::ranges::find(view.hosts.begin(), choice, host, host_of) != choice) continue;
      const std::array labels{Label{"destination", view.destination.text()}, Label{"host", host.text()}};
      sink.series(labels, choice->preference);
    }
  }
}

void tell_views(const Snapshot& snapshot, std::span<const Shared<DestinationView>> views, SeriesSink& sink) {
  const auto labels = [](const DestinationView& view) {
    return std::array{Label{"destination", view.destination.text()}, Label{"provider", view.provider}};
  };
  const auto tell = [&](const Name& name, Value (*value)(const DestinationView&)) {
    tell_each(name, views, labels, value, sink);
  };
  tell(kDestinationAvailable, [](const DestinationView& view) -> Value {
    if (view.verdict == Verdict::kUnknown) return std::nullopt;
    return is_available(view.verdict) ? 1 : 0;
  });
  tell(kDestinationStreak, [](const DestinationView& view) { return Value(view.streak); });
  tell(kDestinationSince, [](const DestinationView& view) { return unix_seconds(view.since); });
  tell(kDestinationBounces, [](const DestinationView& view) { return Value(static_cast<double>(view.bounces)); });
  tell_choices(snapshot, views, sink);
  sink.metric(kDestinationCause);
  for (const DestinationView& view : views) {
    if (view.cause) sink.series(with(labels(view), {"cause", label(*view.cause)}), 1);
  }
  tell(kDestinationHeld,
       [](const DestinationView& view) { return on_course(view) ? Value(view.gate.hold ? 1 : 0) : std::nullopt; });
  tell(kDestinationNextRetry, [](const DestinationView& view) { return unix_seconds(view.gate.next_retry); });
  tell(kDestinationExhausted,
       [](const DestinationView& view) { return on_course(view) ? Value(view.gate.exhausted ? 1 : 0) : std::nullopt; });
}

struct NamedHost {
  const HostView* view;
  std::string address;
};

void tell_hosts(const std::vector<NamedHost>& hosts, SeriesSink& sink) {
  const auto labels = [](const NamedHost& host) {
    return std::array{Label{"host", host.view->host.text()}, Label{"address", host.address},
                      Label{"provider", host.view->provider}};
  };
  const auto tell = [&](const Name& name, Value (*value)(const NamedHost&)) { tell_each(name, hosts, labels, value, sink); };
  tell(kHostAnswering,
       [](const NamedHost& host) { return host.view->answering ? Value(*host.view->answering ? 1 : 0) : std::nullopt; });
  tell(kHostStreak, [](const NamedHost& host) { return Value(host.view->streak); });
  tell(kHostLastProbe, [](const NamedHost& host) { return unix_seconds(host.view->last_probe); });
  tell(kHostAnswersMtaOnly, [](const NamedHost& host) { return host.view->answers_mta_only ? Value(1) : std::nullopt; });
  sink.metric(kHostCause);
  for (const NamedHost& host : hosts) {
    if (host.view->cause) sink.series(with(labels(host), {"cause", label(*host.view->cause)}), 1);
  }
  sink.metric(kHostPhase);
  for (const NamedHost& host : hosts) {
    const auto tell_phase = [&](std::string_view phase, const std::optional<Duration>& time) {
      if (time) sink.series(with(labels(host), {"phase", phase}), to_seconds(*time));
    };
    tell_phase("connect", host.view->connect_time);
    tell_phase("greeting", host.view->greeting_time);
  }
}

}  // namespace

void tell_totals(const Snapshot& snapshot, std::size_t max_destinations, SeriesSink& sink) {
  sink.metric(kDestinations);
  for (const Verdict verdict : kVerdicts) {
    const std::array labels{Label{"verdict", label(verdict)}};
    sink.series(labels, static_cast<double>(snapshot.verdicts[static_cast<std::size_t>(verdict)]));
  }
  tell_providers(snapshot, sink);

  const std::size_t tracked = sum(snapshot.verdicts);
  tell_single(kDestinationsTracked, tracked, sink);
  tell_single(kDestinationsExported, exported(snapshot, max_destinations), sink);
  tell_single(kDestinationsOmitted, tracked - exported(snapshot, max_destinations), sink);
  tell_single(kProbesInFlight, snapshot.probes_in_flight, sink);

  sink.metric(kVantageImpaired);
  sink.series({}, snapshot.vantage.impaired ? 1 : 0);
  sink.metric(kVantageFamilyImpaired);
  sink.series(std::array{Label{"family", "ipv4"}}, snapshot.vantage.ipv4_impaired ? 1 : 0);
  sink.series(std::array{Label{"family", "ipv6"}}, snapshot.vantage.ipv6_impaired ? 1 : 0);
  tell_single(kControls, snapshot.vantage.controls, sink);
  tell_single(kControlsAnswering, snapshot.vantage.controls_answering, sink);

  sink.metric(kHolds);
  for (const GateMode mode : {GateMode::kObserve, GateMode::kEnforce}) {
    const std::array labels{Label{"mode", label(mode)}};
    sink.series(labels, mode == snapshot.gate_mode ? static_cast<double>(snapshot.held) : 0);
  }
}

void tell_destinations(const Snapshot& snapshot, std::size_t max_destinations, SeriesSink& sink) {
  const auto views = std::span(snapshot.destinations).first(exported(snapshot, max_destinations));
  tell_views(snapshot, views, sink);

  std::vector<bool> is_theirs(snapshot.hosts.size(), false);
  for (const DestinationView& view : views) {
    for (const HostChoice& choice : view.hosts) is_theirs[choice.host] = true;
  }
  std::vector<NamedHost> hosts;
  for (std::size_t i = 0; i < snapshot.hosts.size(); ++i) {
    if (is_theirs[i]) hosts.push_back({&*snapshot.hosts[i], snapshot.hosts[i]->address.text()});
  }
  tell_hosts(hosts, sink);
}

}  // namespace mxpulse::metrics
