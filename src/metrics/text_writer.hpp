// Series -> Prometheus' text format 0.0.4 or OpenMetrics, without a detour.
#pragma once

#include <string>
#include <string_view>

#include "metrics/series.hpp"
#include "mxpulse/metrics_format.hpp"

namespace mxpulse::metrics {

// In the text format byte for byte what prometheus::TextSerializer writes of the same, at a fraction of its time and memory.
// OpenMetrics differs in what stands above the samples; who is done writes kOpenMetricsEnd.
class TextWriter final : public SeriesSink {
 public:
  explicit TextWriter(std::string& text, MetricsFormat format = MetricsFormat::kText) : text_(text), format_(format) {}

  void metric(const Name& name) override;
  void series(std::span<const Label> labels, double value) override { sample("", labels, value); }
  // One of the several that make a histogram: "_bucket", "_count", "_sum".
  void sample(std::string_view suffix, std::span<const Label> labels, double value);

 private:
  void write_head();
  void write_label_value(std::string_view value);
  void write_number(double value);

  std::string& text_;
  MetricsFormat format_;
  const Name* name_ = nullptr;
  bool has_series_ = false;  // a metric without any is not named
};

inline constexpr std::string_view kOpenMetricsEnd = "# EOF\n";

}  // namespace mxpulse::metrics
