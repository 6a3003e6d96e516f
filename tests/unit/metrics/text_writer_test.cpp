#include "metrics/text_writer.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <random>
#include <sstream>

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::metrics;

namespace {

// What the library would write of the same.
class LibraryWriter final : public SeriesSink {
 public:
  void metric(const Name& name) override {
    families_.emplace_back();
    families_.back().name = name.name;
    families_.back().help = name.help;
    families_.back().type = name.type == Type::kCounter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
  }
  void series(std::span<const Label> labels, double value) override {
    prometheus::ClientMetric metric;
    for (const Label& one : labels) {
      prometheus::ClientMetric::Label label;
      label.name = one.name;
      label.value = one.value;
      metric.label.push_back(label);
    }
    metric.gauge.value = value;
    metric.counter.value = value;
    families_.back().metric.push_back(metric);
  }
  std::string text() {
    std::erase_if(families_, [](const auto& family) { return family.metric.empty(); });
    return prometheus::TextSerializer().Serialize(families_);
  }

 private:
  std::vector<prometheus::MetricFamily> families_;
};

DomainName name(const std::string& text) { return *DomainName::parse(text); }

// Every field set or not, by the seed.
Snapshot random_snapshot(unsigned seed) {
  std::mt19937 random(seed);
  const auto below = [&](std::size_t limit) { return static_cast<unsigned>(random() % limit); };
  const auto maybe_time = [&]() -> std::optional<SystemTime> {
    if (below(2) == 0) return std::nullopt;
    return SystemTime(std::chrono::nanoseconds(1'700'000'000'000'000'000 + static_cast<std::int64_t>(random()) * 1'000'003));
  };
  Snapshot snapshot;
  snapshot.probes_in_flight = random();
  snapshot.held = below(5);
  for (unsigned i = 0; i < 40; ++i) {
    HostView host;
    host.host = name("mx" + std::to_string(i) + ".example.org");
    host.address =
        i % 2 == 0 ? *Address::parse("192.0.2." + std::to_string(i)) : *Address::parse("2001:db8::" + std::to_string(i));
    host.provider = i % 7 == 0 ? "quote \" backslash \\ line\nend" : "example.org";
    if (below(3) > 0) host.answering = below(2) == 0;
    host.streak = below(1'000'000);
    host.last_probe = maybe_time();
    if (below(3) > 0) host.cause = kCauses[below(kCauses.size())].cause;
    if (below(2) > 0) host.connect_time = Duration(static_cast<std::int64_t>(random()));
    if (below(2) > 0) host.greeting_time = Duration(static_cast<std::int64_t>(random()) * 97);
    snapshot.hosts.push_back(host);
    DestinationView view;
    view.destination = name("d" + std::to_string(i) + ".example");
    view.provider = host.provider;
    view.verdict = kVerdicts[below(kVerdicts.size())];
    view.cause = host.cause;
    view.streak = below(1000);
    view.since = maybe_time();
    view.bounces = below(1000);
    view.gate.hold = below(2) == 0;
    view.gate.next_retry = maybe_time();
    view.gate.exhausted = below(2) == 0;
    view.hosts = {{below(i + 1), static_cast<std::uint16_t>(i)}, {below(i + 1), 7}};
    ++snapshot.verdicts[static_cast<std::size_t>(view.verdict)];
    snapshot.destinations.push_back(view);
  }
  return snapshot;
}

}  // namespace

TEST_CASE("what is written is what the library would write, byte for byte") {
  for (unsigned seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    const Snapshot snapshot = random_snapshot(seed);
    std::string written;
    TextWriter writer(written);
    LibraryWriter library;
    for (SeriesSink* sink : {static_cast<SeriesSink*>(&writer), static_cast<SeriesSink*>(&library)}) {
      tell_totals(snapshot, 30, *sink);
      tell_destinations(snapshot, 30, *sink);
    }
    REQUIRE(written == library.text());
  }
}

TEST_CASE("numbers are written as the library writes them") {
  for (const double value : {0.0, 1.0, -1.5, 0.1, 1e-9, 123456789.125, 1764061825.1234567, 1e15, 1e16, 1.5e17, 1e300}) {
    CAPTURE(value);
    std::string written;
    TextWriter writer(written);
    LibraryWriter library;
    for (SeriesSink* sink : {static_cast<SeriesSink*>(&writer), static_cast<SeriesSink*>(&library)}) {
      sink->metric(kProbesInFlight);
      sink->series({}, value);
    }
    CHECK(written == library.text());
  }
}
