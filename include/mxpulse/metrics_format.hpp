// In which words the metrics are told.
#pragma once

#include <cstdint>

namespace mxpulse {

enum class MetricsFormat : std::uint8_t {
  kText,         // Prometheus' text format 0.0.4
  kOpenMetrics,  // OpenMetrics 1.0.0, for who asks for it
};

}  // namespace mxpulse
