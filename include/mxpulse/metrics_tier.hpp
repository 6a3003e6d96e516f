// How much of the metrics a scraper wants.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace mxpulse {

enum class MetricsTier : std::uint8_t {
  kAll,
  kTotals,        // our own numbers and those of everybody together: some hundred series, however many are watched
  kDestinations,  // what each destination and host has of its own
};

inline constexpr std::array kMetricsTiers{MetricsTier::kAll, MetricsTier::kTotals, MetricsTier::kDestinations};

constexpr std::string_view label(MetricsTier tier) {
  switch (tier) {
    case MetricsTier::kAll: return "all";
    case MetricsTier::kTotals: return "totals";
    case MetricsTier::kDestinations: return "destinations";
  }
  return "all";
}

}  // namespace mxpulse
