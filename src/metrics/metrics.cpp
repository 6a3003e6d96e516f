#include "metrics/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "metrics/families_text.hpp"
#include "metrics/names.hpp"
#include "metrics/process.hpp"
#include "metrics/series.hpp"
#include "metrics/text_writer.hpp"

namespace mxpulse::metrics {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

// From a LAN's connect to the longest greeting RFC 5321 4.5.3.2.1 allows.
const Histogram::BucketBoundaries kPhaseBuckets{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300};
const Histogram::BucketBoundaries kRecoveryBuckets{1, 5, 10, 30, 60, 120, 300, 600, 1200, 3600};
const Histogram::BucketBoundaries kLagBuckets{0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30};
const Histogram::BucketBoundaries kDnsBuckets{0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

// Of text for one destination and its hosts, rather more than they take: room that is not written to costs nothing.
constexpr std::size_t kDestinationBytes = 2048;

constexpr std::array kDnsAnswers{DnsAnswer::kAnswer,  DnsAnswer::kNoData,    DnsAnswer::kNoSuchDomain, DnsAnswer::kServerFailure,
                                 DnsAnswer::kRefused, DnsAnswer::kMalformed, DnsAnswer::kTimeout};
constexpr std::array kBounceClasses{BounceClass::kNoAnswer,  BounceClass::kDnsTemporary, BounceClass::kDnsPermanent,
                                    BounceClass::kBusy,      BounceClass::kRejected,     BounceClass::kDelivered,
                                    BounceClass::kSuspended, BounceClass::kOther};

template <typename Builder>
auto& make(Builder builder, const Name& name, prometheus::Registry& registry) {
  return builder.Name(std::string(name.name)).Help(std::string(name.help)).Register(registry);
}

// A closed set of labels is there from the start, at 0, so that rate() sees the first event.
template <typename Key>
std::map<Key, Counter*> closed(Family<Counter>& family, const char* label_name, const auto& all) {
  std::map<Key, Counter*> counters;
  for (const Key key : all) counters[key] = &family.Add({{label_name, std::string(label(key))}});
  return counters;
}

std::map<Cause, Counter*> all_causes(Family<Counter>& family) {
  std::map<Cause, Counter*> counters;
  for (const CauseEntry& one : kCauses) {
    counters[one.cause] = &family.Add({{"outcome", std::string(label(one.outcome))}, {"cause", std::string(one.label)}});
  }
  return counters;
}

struct Feed {
  Counter* lines;
  Counter* errors;
  Gauge* last_event = nullptr;  // null before the first line
};

}  // namespace

struct Metrics::Families {
  prometheus::Registry registry;
  Gauge& build_info = make(prometheus::BuildGauge(), kBuildInfo, registry).Add({{"version", MXPULSE_VERSION}});
  std::map<BounceClass, Counter*> bounces =
      closed<BounceClass>(make(prometheus::BuildCounter(), kBounces, registry), "class", kBounceClasses);
  std::map<Cause, Counter*> probes = all_causes(make(prometheus::BuildCounter(), kProbes, registry));
  Family<Histogram>& probe_duration = make(prometheus::BuildHistogram(), kProbeDuration, registry);
  Histogram& connect = probe_duration.Add({{"phase", "connect"}}, kPhaseBuckets);
  Histogram& greeting = probe_duration.Add({{"phase", "greeting"}}, kPhaseBuckets);
  Histogram& lag = make(prometheus::BuildHistogram(), kProbeLag, registry).Add({}, kLagBuckets);
  std::map<DnsAnswer, Counter*> dns_queries =
      closed<DnsAnswer>(make(prometheus::BuildCounter(), kDnsQueries, registry), "result", kDnsAnswers);
  Counter& cache_hits = make(prometheus::BuildCounter(), kDnsCacheHits, registry).Add({});
  Counter& stale_answers = make(prometheus::BuildCounter(), kDnsStaleAnswers, registry).Add({});
  Histogram& dns_duration = make(prometheus::BuildHistogram(), kDnsDuration, registry).Add({}, kDnsBuckets);
  Gauge& dns_answering = make(prometheus::BuildGauge(), kDnsAnswering, registry).Add({});
  Family<Counter>& feed_lines = make(prometheus::BuildCounter(), kFeedLines, registry);
  Family<Gauge>& feed_last_event = make(prometheus::BuildGauge(), kFeedLastEvent, registry);
  Family<Counter>& feed_errors = make(prometheus::BuildCounter(), kFeedErrors, registry);
  std::map<std::string, Feed> feeds;
  std::map<GateMove, Counter*> moves =
      closed<GateMove>(make(prometheus::BuildCounter(), kHoldTransitions, registry), "to", kGateMoves);
  std::map<RetryResult, Counter*> retries =
      closed<RetryResult>(make(prometheus::BuildCounter(), kRetries, registry), "result", kRetryResults);
  std::map<GateState, Counter*> vain_attempts =
      closed<GateState>(make(prometheus::BuildCounter(), kVainAttempts, registry), "gate", kGateStates);
  Histogram& recovery = make(prometheus::BuildHistogram(), kRecoveryDetection, registry).Add({}, kRecoveryBuckets);
  Counter& gate_errors = make(prometheus::BuildCounter(), kGateErrors, registry).Add({});
  std::map<WebhookResult, Counter*> webhooks =
      closed<WebhookResult>(make(prometheus::BuildCounter(), kWebhooks, registry), "result", kWebhookResults);
  Counter& store_errors = make(prometheus::BuildCounter(), kStoreErrors, registry).Add({});
  Gauge& reload_successful = make(prometheus::BuildGauge(), kReloadSuccessful, registry).Add({});
  Gauge& reload_time = make(prometheus::BuildGauge(), kReloadTime, registry).Add({});

  Feed& feed(const std::string& name) {
    const auto known = feeds.find(name);
    if (known != feeds.end()) return known->second;
    return feeds.emplace(name, Feed{&feed_lines.Add({{"feed", name}}), &feed_errors.Add({{"feed", name}})}).first->second;
  }
};

Metrics::Metrics(std::size_t max_destinations) : families_(std::make_unique<Families>()), max_destinations_(max_destinations) {
  families_->build_info.Set(1);
  families_->dns_answering.Set(1);
  families_->reload_successful.Set(1);
}

Metrics::~Metrics() = default;

std::string Metrics::text(const Snapshot& snapshot, MetricsTier tier, MetricsFormat format) const {
  std::string text;
  TextWriter writer(text, format);
  if (tier != MetricsTier::kDestinations) {
    const auto own = families_->registry.Collect();
    if (format == MetricsFormat::kText)
      text = prometheus::TextSerializer().Serialize(own);
    else
      tell_families(own, writer);
  }
  if (tier != MetricsTier::kTotals)
    text.reserve(text.size() + kDestinationBytes * std::min<std::size_t>(snapshot.destinations.size(), max_destinations_));
  if (tier != MetricsTier::kDestinations) {
    tell_process(writer);
    tell_totals(snapshot, max_destinations_, writer);
  }
  if (tier != MetricsTier::kTotals) tell_destinations(snapshot, max_destinations_, writer);
  if (format == MetricsFormat::kOpenMetrics) text += kOpenMetricsEnd;
  return text;
}

void Metrics::set_feeds(const std::vector<std::string>& feeds) {
  auto& followed = families_->feeds;
  for (auto feed = followed.begin(); feed != followed.end();) {
    if (std::find(feeds.begin(), feeds.end(), feed->first) != feeds.end()) {
      ++feed;
      continue;
    }
    families_->feed_lines.Remove(feed->second.lines);
    families_->feed_errors.Remove(feed->second.errors);
    if (feed->second.last_event != nullptr) families_->feed_last_event.Remove(feed->second.last_event);
    feed = followed.erase(feed);
  }
  for (const std::string& feed : feeds) families_->feed(feed);
}

void Metrics::probed(const Address&, const ProbeResult& result, Now) {
  families_->probes.at(result.cause)->Increment();
  if (result.connect_time) families_->connect.Observe(to_seconds(*result.connect_time));
  if (result.greeting_time) families_->greeting.Observe(to_seconds(*result.greeting_time));
}

void Metrics::probe_lagged(Duration lag) { families_->lag.Observe(to_seconds(lag)); }

void Metrics::bounced(const BounceEvent& event, Now) { families_->bounces.at(event.bounce_class)->Increment(); }

void Metrics::feed_read(const std::string& feed, std::size_t lines, Now now) {
  Feed& known = families_->feed(feed);
  known.lines->Increment(static_cast<double>(lines));
  if (known.last_event == nullptr) known.last_event = &families_->feed_last_event.Add({{"feed", feed}});
  known.last_event->Set(to_unix_seconds(now.system));
}

void Metrics::feed_failed(const std::string& feed, std::string_view, Now) { families_->feed(feed).errors->Increment(); }

void Metrics::gate_moved(const GateTransition& transition, GateMode, Now) {
  families_->moves.at(transition.to)->Increment();
  if (transition.answered) families_->recovery.Observe(to_seconds(transition.unseen));
}

void Metrics::retried(RetryResult result) { families_->retries.at(result)->Increment(); }

void Metrics::attempt_was_vain(GateState gate) { families_->vain_attempts.at(gate)->Increment(); }

void Metrics::store_wrote(bool /*taken*/, std::string_view why, Now) {
  if (!why.empty()) families_->store_errors.Increment();
}

void Metrics::gate_failed(std::string_view, std::string_view, Now) { families_->gate_errors.Increment(); }

void Metrics::webhook_ended(const std::string&, WebhookResult result, std::string_view, Now) {
  families_->webhooks.at(result)->Increment();
}

void Metrics::reloaded(bool successful, std::string_view, Now now) {
  families_->reload_successful.Set(successful ? 1 : 0);
  if (successful) families_->reload_time.Set(to_unix_seconds(now.system));
}

void Metrics::queried(DnsAnswer answer, Duration took) {
  families_->dns_queries.at(answer)->Increment();
  families_->dns_duration.Observe(to_seconds(took));
}

void Metrics::cache_hit(bool stale) { (stale ? families_->stale_answers : families_->cache_hits).Increment(); }

void Metrics::resolver_answers(bool answers) { families_->dns_answering.Set(answers ? 1 : 0); }

}  // namespace mxpulse::metrics
