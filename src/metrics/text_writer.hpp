// Series -> Prometheus' text format 0.0.4, without a detour.
#pragma once

#include <string>
#include <string_view>

#include "metrics/series.hpp"

namespace mxpulse::metrics {

// Byte for byte what prometheus::TextSerializer writes of the same, at a fraction of its time and memory.
class TextWriter final : public SeriesSink {
 public:
  explicit TextWriter(std::string& text) : text_(text) {}

  void metric(const Name& name) override;
  void series(std::span<const Label> labels, double value) override;

 private:
  void write_label_value(std::string_view value);
  void write_number(double value);

  std::string& text_;
  const Name* name_ = nullptr;
  bool has_series_ = false;  // a metric without any is not named
};

}  // namespace mxpulse::metrics
