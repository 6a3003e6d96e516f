#include "metrics/probe_text.hpp"

#include <algorithm>
#include <array>

#include "metrics/text_writer.hpp"

namespace mxpulse::metrics {
namespace {

constexpr Name kSuccess{"probe_success", Type::kGauge, "", "1 if mail can be delivered to the target now; a backup host counts."};
constexpr Name kDuration{"probe_duration_seconds", Type::kGauge, "", "How long the probe took."};
constexpr Name kComplete{"probe_complete", Type::kGauge, "", "1 if every address was asked; 0: the time ran out before."};
constexpr Name kVerdict{"probe_verdict", Type::kGauge, "verdict", "1 for what a sender would meet."};
constexpr Name kCause{"probe_cause", Type::kGauge, "cause", "1 for the cause that decided the verdict."};
constexpr Name kAddresses{"probe_addresses", Type::kGauge, "", "Addresses that a sender would try."};
constexpr Name kAnswering{"probe_addresses_answering", Type::kGauge, "", "Those of them that answer."};
constexpr Name kStreak{"probe_no_answer_streak", Type::kGauge, "", "How often in a row no address answered."};
constexpr Name kPhase{"probe_phase_seconds", Type::kGauge, "host,address,phase", "Time of each completed phase."};
constexpr Name kVantage{"probe_vantage_impaired", Type::kGauge, "", "1 if our own connection is in doubt."};

void tell(const Name& name, double value, SeriesSink& sink) {
  sink.metric(name);
  sink.series({}, value);
}

void tell_phases(const Snapshot& snapshot, const DestinationView& view, SeriesSink& sink) {
  sink.metric(kPhase);
  for (const HostChoice& choice : view.hosts) {
    const HostView& host = snapshot.hosts[choice.host];
    const std::string address = host.address.text();
    const auto phase = [&](std::string_view name, const std::optional<Duration>& time) {
      const std::array labels{Label{"host", host.host.text()}, Label{"address", address}, Label{"phase", name}};
      if (time) sink.series(labels, to_seconds(*time));
    };
    phase("connect", host.connect_time);
    phase("greeting", host.greeting_time);
  }
}

}  // namespace

std::string probe_text(const Snapshot& snapshot, Duration took, bool complete) {
  const DestinationView nobody;
  const DestinationView& view = snapshot.destinations.empty() ? nobody : *snapshot.destinations.front();
  const bool success = view.verdict == Verdict::kAvailable || view.verdict == Verdict::kBackupOnly;
  const auto answering =
      std::ranges::count_if(view.hosts, [&](const HostChoice& one) { return snapshot.hosts[one.host]->answering == true; });
  std::string text;
  TextWriter writer(text);
  tell(kSuccess, success ? 1 : 0, writer);
  tell(kDuration, to_seconds(took), writer);
  tell(kComplete, complete ? 1 : 0, writer);
  writer.metric(kVerdict);
  for (const Verdict verdict : kVerdicts) {
    const std::array labels{Label{"verdict", label(verdict)}};
    writer.series(labels, verdict == view.verdict ? 1 : 0);
  }
  writer.metric(kCause);
  if (view.cause) {
    const std::array labels{Label{"cause", label(*view.cause)}};
    writer.series(labels, 1);
  }
  tell(kAddresses, static_cast<double>(view.hosts.size()), writer);
  tell(kAnswering, static_cast<double>(answering), writer);
  tell(kStreak, view.streak, writer);
  tell_phases(snapshot, view, writer);
  tell(kVantage, snapshot.vantage.impaired ? 1 : 0, writer);
  return text;
}

}  // namespace mxpulse::metrics
