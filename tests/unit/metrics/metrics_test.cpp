#include "metrics/metrics.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "metrics/names.hpp"
#include "metrics/probe_text.hpp"
#include "support/catch.hpp"

using namespace mxpulse;
using namespace std::chrono_literals;

namespace {

const Now kNow{SteadyTime(1s), SystemTime(1'700'000'000s)};

Snapshot example() {
  Snapshot snapshot;
  for (int i = 0; i < 3; ++i) {
    HostView host;
    host.host = *DomainName::parse("mx" + std::to_string(i) + ".example.org");
    host.address = *Address::parse("192.0.2." + std::to_string(i + 1));
    host.provider = "example.org";
    host.answering = i == 0;
    host.streak = static_cast<unsigned>(i);
    host.last_probe = kNow.system;
    host.cause = i == 0 ? Cause::kReady : Cause::kTimeout;
    host.connect_time = 20ms;
    host.greeting = "220 \" level=error";
    host.answers_mta_only = i == 2;
    snapshot.hosts.push_back(host);
    DestinationView destination;
    destination.destination = *DomainName::parse("d" + std::to_string(i) + ".example");
    destination.provider = "example.org";
    destination.verdict = i == 0 ? Verdict::kAvailable : Verdict::kUnavailable;
    destination.cause = host.cause;
    destination.streak = host.streak;
    if (i > 0) destination.since = kNow.system;
    destination.bounces = 4;
    destination.hosts = {{static_cast<std::size_t>(i), 10}};
    if (i == 2) {
      destination.gate.hold = true;
      destination.gate.next_retry = kNow.system + 30min;
    }
    snapshot.destinations.push_back(destination);
    ++snapshot.verdicts[static_cast<std::size_t>(destination.verdict)];
  }
  snapshot.held = 1;
  snapshot.providers.push_back({"example.org", snapshot.verdicts});
  --snapshot.providers[0].destinations[static_cast<std::size_t>(Verdict::kAvailable)];  // which is somebody else's
  return snapshot;
}

// Another view takes its place.
template <typename View, typename Change>
void change(Shared<View>& one, Change how) {
  View changed = *one;
  how(changed);
  one = std::move(changed);
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

std::set<std::string> metric_names(const std::string& text) {
  std::set<std::string> names;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# TYPE ")) names.insert(line.substr(7, line.rfind(' ') - 7));
  }
  return names;
}

}  // namespace

TEST_CASE("a snapshot becomes series") {
  const metrics::Metrics metrics(5000);
  const std::string text = metrics.text(example());
  CHECK(has_line(text, "mxpulse_destination_available{destination=\"d0.example\",provider=\"example.org\"} 1"));
  CHECK(has_line(text, "mxpulse_destination_no_answer_streak{destination=\"d2.example\",provider=\"example.org\"} 2"));
  CHECK(has_line(text, "mxpulse_host_answering{host=\"mx1.example.org\",address=\"192.0.2.2\",provider=\"example.org\"} 0"));
  CHECK(has_line(text, "mxpulse_destination_cause{destination=\"d1.example\",provider=\"example.org\",cause=\"timeout\"} 1"));
  CHECK(has_line(text, "mxpulse_destinations{verdict=\"unavailable\"} 2"));
  CHECK(text.find("level=error") == std::string::npos);
}

TEST_CASE("beyond max_destinations the rest is counted, not shown") {
  metrics::Metrics metrics(5000);
  metrics.set_max_destinations(1);
  const std::string text = metrics.text(example());
  CHECK(text.find("d1.example") == std::string::npos);
  CHECK(text.find("mx1.example.org") == std::string::npos);
  CHECK(has_line(text, "mxpulse_destinations_tracked 3"));
  CHECK(has_line(text, "mxpulse_destinations_exported 1"));
  CHECK(has_line(text, "mxpulse_destinations_omitted 2"));
}

TEST_CASE("series vanish with their subject, and unknown is absent, not 0") {
  const metrics::Metrics metrics(5000);
  Snapshot snapshot = example();
  change(snapshot.destinations[0], [](DestinationView& view) { view.verdict = Verdict::kUnknown; });
  change(snapshot.hosts[0], [](HostView& view) { view.answering.reset(); });
  const std::string text = metrics.text(snapshot);
  CHECK(text.find("mxpulse_destination_available{destination=\"d0.example\"") == std::string::npos);
  CHECK(text.find("mxpulse_host_answering{host=\"mx0.example.org\"") == std::string::npos);
  CHECK(metrics.text(Snapshot{}).find("d0.example") == std::string::npos);
}

TEST_CASE("providers beyond the worst are counted together") {
  const std::string text = metrics::Metrics(5000).text(example());
  CHECK(has_line(text, "mxpulse_provider_destinations{provider=\"example.org\",verdict=\"unavailable\"} 2"));
  CHECK(has_line(text, "mxpulse_provider_destinations{provider=\"example.org\",verdict=\"available\"} 0"));
  CHECK(has_line(text, "mxpulse_provider_destinations{provider=\"other\",verdict=\"available\"} 1"));
  CHECK(has_line(text, "mxpulse_provider_destinations{provider=\"other\",verdict=\"unavailable\"} 0"));
}

TEST_CASE("the two tiers are together the whole, each metric in one of them") {
  const metrics::Metrics metrics(5000);
  const std::string totals = metrics.text(example(), MetricsTier::kTotals);
  const std::string destinations = metrics.text(example(), MetricsTier::kDestinations);
  CHECK(totals.find("d1.example") == std::string::npos);
  CHECK(totals.find("mx1.example.org") == std::string::npos);
  CHECK(destinations.find("mxpulse_probes_total") == std::string::npos);
  std::multiset<std::string> parts;
  for (const auto& name : metric_names(totals)) parts.insert(name);
  for (const auto& name : metric_names(destinations)) parts.insert(name);
  const auto whole = metric_names(metrics.text(example()));
  CHECK(parts == std::multiset<std::string>(whole.begin(), whole.end()));
}

TEST_CASE("so many files are told open as are open") {
  const auto told = [] {
    const std::string text = "\n" + metrics::Metrics(5000).text(example(), MetricsTier::kTotals);
    const std::string name = "\nprocess_open_fds ";
    const auto at = text.find(name);
    REQUIRE(at != std::string::npos);
    return std::stoi(text.substr(at + name.size()));
  };
  const int before = told();
  const std::ifstream one("/dev/null");
  const std::ifstream another("/dev/null");
  REQUIRE((one && another));
  CHECK(told() == before + 2);
}

TEST_CASE("OpenMetrics names families without their endings, gives units, has bounds as floats, and ends") {
  const std::string text = metrics::Metrics(5000).text(example(), MetricsTier::kAll, MetricsFormat::kOpenMetrics);
  CHECK(has_line(text, "# TYPE mxpulse_bounces counter"));
  CHECK(has_line(text, "mxpulse_bounces_total{class=\"no_answer\"} 0"));
  CHECK(has_line(text, "# TYPE mxpulse_build info"));
  CHECK(text.find("\nmxpulse_build_info{version=") != std::string::npos);
  CHECK(has_line(text, "# UNIT process_cpu_seconds seconds"));
  CHECK(has_line(text, "# TYPE mxpulse_probe_lag_seconds histogram"));
  CHECK(has_line(text, "# UNIT mxpulse_probe_lag_seconds seconds"));
  CHECK(has_line(text, "mxpulse_probe_lag_seconds_bucket{le=\"0.005\"} 0"));
  CHECK(has_line(text, "mxpulse_probe_lag_seconds_bucket{le=\"1.0\"} 0"));
  CHECK(has_line(text, "mxpulse_probe_lag_seconds_bucket{le=\"+Inf\"} 0"));
  CHECK(has_line(text, "mxpulse_destination_available{destination=\"d0.example\",provider=\"example.org\"} 1"));
  CHECK(text.find("\n\n") == std::string::npos);
  CHECK(text.ends_with("\n# EOF\n"));
}

TEST_CASE("both formats tell the same samples") {
  metrics::Metrics metrics(5000);
  metrics.set_feeds({"/a\"b.log"});
  metrics.probe_lagged(2s);
  const auto samples = [&](MetricsFormat format) {
    std::multiset<std::string> all;
    std::istringstream lines(metrics.text(example(), MetricsTier::kAll, format));
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with('#') || line.starts_with("process_")) continue;
      const auto decimal = line.find(".0\"} ");  // of a bound
      if (decimal != std::string::npos) line.erase(decimal, 2);
      all.insert(line);
    }
    return all;
  };
  CHECK(samples(MetricsFormat::kOpenMetrics) == samples(MetricsFormat::kText));
}

TEST_CASE("a feed has series from the start, and none once it is followed no more") {
  metrics::Metrics metrics(5000);
  metrics.set_feeds({"/a.log", "/b.log"});
  CHECK(has_line(metrics.text(Snapshot{}), "mxpulse_feed_lines_total{feed=\"/a.log\"} 0"));
  metrics.feed_read("/a.log", 3, kNow);
  metrics.feed_read("/b.log", 4, kNow);
  metrics.set_feeds({"/b.log"});
  const std::string text = metrics.text(Snapshot{});
  CHECK(text.find("/a.log") == std::string::npos);
  CHECK(has_line(text, "mxpulse_feed_lines_total{feed=\"/b.log\"} 4"));
  metrics.set_feeds({"/a.log"});
  CHECK(has_line(metrics.text(Snapshot{}), "mxpulse_feed_lines_total{feed=\"/a.log\"} 0"));
}

TEST_CASE("events are counted by closed labels, which are there from the start") {
  metrics::Metrics metrics(5000);
  CHECK(has_line(metrics.text(Snapshot{}), "mxpulse_probes_total{cause=\"refused\",outcome=\"no_answer\"} 0"));
  ProbeResult result;
  result.cause = Cause::kRefused;
  metrics.probed(*Address::parse("192.0.2.1"), result, kNow);
  metrics.queried(DnsAnswer::kTimeout, 2s);
  metrics.reloaded(false, "why", kNow);
  const std::string text = metrics.text(Snapshot{});
  CHECK(has_line(text, "mxpulse_probes_total{cause=\"refused\",outcome=\"no_answer\"} 1"));
  CHECK(has_line(text, "mxpulse_dns_queries_total{result=\"timeout\"} 1"));
  CHECK(has_line(text, "mxpulse_config_last_reload_successful 0"));
}

TEST_CASE("a hold is told with its next retry, and a destination without a bounce has neither") {
  const metrics::Metrics metrics(5000);
  const std::string text = metrics.text(example());
  CHECK(has_line(text, "mxpulse_destination_held{destination=\"d2.example\",provider=\"example.org\"} 1"));
  CHECK(has_line(text, "mxpulse_holds{mode=\"observe\"} 1"));
  CHECK(has_line(text, "mxpulse_holds{mode=\"enforce\"} 0"));
  CHECK(text.find("mxpulse_destination_held{destination=\"d1.example\"") == std::string::npos);
}

TEST_CASE("a destination is told with its bounces and its hosts, a host with two addresses once") {
  const metrics::Metrics metrics(5000);
  Snapshot snapshot = example();
  change(snapshot.hosts[1], [&](HostView& view) { view.host = snapshot.hosts[0]->host; });
  snapshot.destinations.erase(snapshot.destinations.begin() + 1, snapshot.destinations.end());
  change(snapshot.destinations[0], [](DestinationView& view) { view.hosts = {{0, 10}, {1, 10}, {2, 20}}; });
  const std::string text = metrics.text(snapshot);
  CHECK(has_line(text, "mxpulse_destination_bounces{destination=\"d0.example\",provider=\"example.org\"} 4"));
  CHECK(has_line(text, "mxpulse_destination_host_preference{destination=\"d0.example\",host=\"mx0.example.org\"} 10"));
  CHECK(has_line(text, "mxpulse_destination_host_preference{destination=\"d0.example\",host=\"mx2.example.org\"} 20"));
  CHECK(text.find("mx0.example.org\"} 10") == text.rfind("mx0.example.org\"} 10"));
}

TEST_CASE("a host is told with the phases that its last probe completed") {
  const metrics::Metrics metrics(5000);
  const std::string text = metrics.text(example());
  const std::string mx0 = "mxpulse_host_phase_seconds{host=\"mx0.example.org\",address=\"192.0.2.1\",provider=\"example.org\"";
  CHECK(has_line(text, mx0 + ",phase=\"connect\"} 0.02"));
  CHECK(text.find(mx0 + ",phase=\"greeting\"") == std::string::npos);
}

TEST_CASE("an attempt in vain counts under the gate it met") {
  metrics::Metrics metrics(5000);
  metrics.attempt_was_vain(GateState::kHeld);
  const std::string text = metrics.text(Snapshot{});
  CHECK(has_line(text, "mxpulse_vain_attempts_total{gate=\"held\"} 1"));
  CHECK(has_line(text, "mxpulse_vain_attempts_total{gate=\"open\"} 0"));
}

TEST_CASE("the table has exactly what is exported") {
  metrics::Metrics metrics(5000);
  metrics.feed_read("/var/log/mail.log", 1, kNow);
  metrics.feed_failed("/var/log/mail.log", "why", kNow);
  const auto exported = metric_names(metrics.text(example()));
  std::set<std::string> named;
  for (const auto& name : metrics::kAllNames) named.emplace(name.name);
  CHECK(exported == named);
}

TEST_CASE("a probe on demand is told in blackbox_exporter's manner") {
  Snapshot snapshot = example();
  snapshot.destinations.erase(snapshot.destinations.begin(), snapshot.destinations.begin() + 2);
  const std::string silent = metrics::probe_text(snapshot, 1500ms, false);
  CHECK(has_line(silent, "probe_success 0"));
  CHECK(has_line(silent, "probe_duration_seconds 1.5"));
  CHECK(has_line(silent, "probe_complete 0"));
  CHECK(has_line(silent, "probe_verdict{verdict=\"unavailable\"} 1"));
  CHECK(has_line(silent, "probe_verdict{verdict=\"available\"} 0"));
  CHECK(has_line(silent, "probe_cause{cause=\"timeout\"} 1"));
  CHECK(has_line(silent, "probe_addresses 1"));
  CHECK(has_line(silent, "probe_addresses_answering 0"));
  change(snapshot.destinations[0], [](DestinationView& view) { view.verdict = Verdict::kBackupOnly; });
  CHECK(has_line(metrics::probe_text(snapshot, 1s, true), "probe_success 1"));
  CHECK(has_line(metrics::probe_text(Snapshot{}, 1s, true), "probe_success 0"));
}
