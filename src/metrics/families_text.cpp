#include "metrics/families_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace mxpulse::metrics {
namespace {

// OpenMetrics has bounds written as floats: "1.0", not "1".
std::string bound_text(double bound) {
  if (std::isinf(bound)) return "+Inf";
  std::array<char, 32> digits;
  const auto [end, error] = std::to_chars(digits.begin(), digits.end(), bound, std::chars_format::general);
  const std::string text(digits.begin(), end);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

void tell_histogram(std::vector<Label> labels, const prometheus::ClientMetric::Histogram& histogram, TextWriter& writer) {
  const std::vector<Label> bare = labels;
  labels.emplace_back();
  for (const auto& bucket : histogram.bucket) {
    const std::string bound = bound_text(bucket.upper_bound);
    labels.back() = {"le", bound};
    writer.sample("_bucket", labels, static_cast<double>(bucket.cumulative_count));
  }
  writer.sample("_count", bare, static_cast<double>(histogram.sample_count));
  writer.sample("_sum", bare, histogram.sample_sum);
}

}  // namespace

void tell_families(const std::vector<prometheus::MetricFamily>& families, TextWriter& writer) {
  for (const auto& family : families) {
    const Name& name = *std::ranges::find(kAllNames, family.name, &Name::name);
    writer.metric(name);
    for (const auto& metric : family.metric) {
      std::vector<Label> labels;
      for (const auto& one : metric.label) labels.push_back({one.name, one.value});
      switch (name.type) {
        case Type::kCounter: writer.series(labels, metric.counter.value); break;
        case Type::kGauge: writer.series(labels, metric.gauge.value); break;
        case Type::kHistogram: tell_histogram(std::move(labels), metric.histogram, writer); break;
      }
    }
  }
}

}  // namespace mxpulse::metrics
