// Parts of mxpulse by themselves, each beside the least it could be.

#include <benchmark/benchmark.h>

#include <charconv>
#include <random>
#include <string>
#include <vector>

#include "cli/check_json.hpp"
#include "gate/socketmap.hpp"
#include "metrics/metrics.hpp"
#include "net/deadline_wheel.hpp"
#include "probe/greeting.hpp"
#include "schedule/schedule.hpp"

using namespace mxpulse;

namespace {

constexpr std::size_t kDestinations = 10'000;  // with a host each, so many that there are more than 100,000 series

DomainName name_of(std::size_t number) { return *DomainName::parse("d" + std::to_string(number) + ".bench.example"); }

Address address_of(std::size_t number) {
  Address address;
  address.bytes = {127, 16};
  address.bytes[2] = static_cast<std::uint8_t>(number >> 8);
  address.bytes[3] = static_cast<std::uint8_t>(number);
  return address;
}

Snapshot many_destinations() {
  Snapshot snapshot;
  const SystemTime then = SystemTime(std::chrono::seconds(1'700'000'000));
  snapshot.taken = then;
  for (std::size_t i = 0; i < kDestinations; ++i) {
    HostView host;
    host.host = *DomainName::parse("mx" + std::to_string(i) + ".bench.example");
    host.address = address_of(i);
    host.provider = "bench.example";
    host.answering = i % 3 != 0;
    host.streak = i % 3 == 0 ? 7 : 0;
    host.last_probe = then + std::chrono::milliseconds(i);
    host.cause = i % 3 == 0 ? Cause::kTimeout : Cause::kReady;
    DestinationView destination;
    destination.destination = name_of(i);
    destination.provider = "bench.example";
    destination.verdict = i % 3 == 0 ? Verdict::kUnavailable : Verdict::kAvailable;
    destination.cause = host.cause;
    destination.streak = host.streak;
    if (destination.streak > 0) destination.since = host.since = then;
    destination.hosts = {{i, 10}};
    snapshot.hosts.push_back(std::move(host));
    snapshot.destinations.push_back(std::move(destination));
  }
  return snapshot;
}

std::size_t series_in(const std::string& text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) count += text[at] != '#' ? 1 : 0;
  return count;
}

// The rendering that Prometheus gets, and how many series it has.
void metrics_text(benchmark::State& state) {
  const Snapshot snapshot = many_destinations();
  const metrics::Metrics metrics(kDestinations);
  std::string text;
  for (auto _ : state) {
    text = metrics.text(snapshot);
    benchmark::DoNotOptimize(text.data());
  }
  const auto series = static_cast<double>(series_in(text));
  state.counters["series"] = series;
  state.counters["bytes_per_series"] = static_cast<double>(text.size()) / series;
  state.counters["ns_per_series"] =
      benchmark::Counter(series / 1e9, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(metrics_text)->Unit(benchmark::kMillisecond);

// The least: names and labels appended, numbers by to_chars.
void to_chars_loop(benchmark::State& state) {
  constexpr std::size_t kSeries = 100'000;
  struct Series {
    std::string destination;
    std::string host;
    std::string address;
    double value;
  };
  std::vector<Series> all;
  for (std::size_t i = 0; i < kSeries; ++i) {
    all.push_back({std::string(name_of(i).text()), "mx" + std::to_string(i) + ".bench.example", address_of(i).text(),
                   1.7e9 + static_cast<double>(i) / 8});
  }
  std::string text;
  for (auto _ : state) {
    text.clear();
    for (const Series& one : all) {
      text.append("mxpulse_host_no_answer_streak{destination=\"").append(one.destination);
      text.append("\",host=\"").append(one.host);
      text.append("\",address=\"").append(one.address).append("\"} ");
      std::array<char, 32> digits;
      const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), one.value).ptr;
      text.append(digits.data(), static_cast<std::size_t>(end - digits.data())).push_back('\n');
    }
    benchmark::DoNotOptimize(text.data());
  }
  state.counters["series"] = kSeries;
  state.counters["bytes_per_series"] = static_cast<double>(text.size()) / kSeries;
  state.counters["ns_per_series"] =
      benchmark::Counter(kSeries / 1e9, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(to_chars_loop)->Unit(benchmark::kMillisecond);

void check_json(benchmark::State& state) {
  cli::CheckReport report;
  auto set = std::make_shared<MxSet>();
  set->hosts.emplace_back();
  report.target = "127.16.3.4";
  report.set = set;
  ProbeResult result;
  report.asked.push_back({report.target, 0, address_of(772), &result});
  result.cause = Cause::kReady;
  result.why = sentence(Cause::kReady);
  result.connect_time = std::chrono::microseconds(81);
  result.greeting_time = std::chrono::microseconds(3'017);
  result.reply_code = 220;
  result.greeting = "220 mx.farm.example ESMTP";
  report.health.verdict = Verdict::kAvailable;
  report.health.why = "127.16.3.4 is ready";
  for (auto _ : state) benchmark::DoNotOptimize(cli::to_json(report));
}
BENCHMARK(check_json);

void greeting(benchmark::State& state) {
  for (auto _ : state) {
    probe::Greeting one;
    benchmark::DoNotOptimize(one.take("220 mx.example.org ESMTP Postfix\r\n"));
  }
}
BENCHMARK(greeting);

// One probe's deadlines: set, set again for the goodbye, cleared, among 16,000 that wait.
void deadline(benchmark::State& state) {
  using Time = net::DeadlineWheel::Time;
  net::DeadlineWheel wheel(Time(0));
  std::vector<net::DeadlineWheel::Deadline> waiting(16'000);
  for (std::size_t i = 0; i < waiting.size(); ++i) wheel.set(waiting[i], Time(30'000 + static_cast<std::int64_t>(i / 8)));
  net::DeadlineWheel::Deadline one;
  for (auto _ : state) {
    wheel.set(one, Time(30'000));
    wheel.set(one, Time(3'000));
    net::DeadlineWheel::clear(one);
  }
}
BENCHMARK(deadline);

// A due address taken and settled, of so many.
void schedule_round(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  schedule::Pacing pacing;
  pacing.per_address = Duration(0);
  schedule::Schedule schedule(pacing, 1);
  SteadyTime now{};
  for (std::size_t i = 0; i < count; ++i) {
    Address address;
    address.bytes = {127, static_cast<std::uint8_t>(i >> 16), static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)};
    schedule.add(address, now);
  }
  for (auto _ : state) {
    now = std::max(now, *schedule.next());
    const auto due = schedule.take(now);
    schedule.settle(due->address, schedule::Pace::kSteady, now);
  }
}
BENCHMARK(schedule_round)->Arg(1'000)->Arg(300'000);

void socketmap_question(benchmark::State& state) {
  std::set<DomainName> held;
  for (std::size_t i = 0; i < 1'000; ++i) held.insert(name_of(i));
  const std::string text = "gate user@d99999.bench.example";
  const std::string question = std::to_string(text.size()) + ":" + text + ",";
  for (auto _ : state) benchmark::DoNotOptimize(gate::Socketmap::answer(question, held, "mxhold"));
}
BENCHMARK(socketmap_question);

}  // namespace

BENCHMARK_MAIN();
