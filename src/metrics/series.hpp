// A snapshot -> series, told one after the other to whoever writes them.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "metrics/names.hpp"
#include "mxpulse/snapshot.hpp"

namespace mxpulse::metrics {

struct Label {
  std::string_view name;
  std::string_view value;
};

class SeriesSink {
 public:
  virtual ~SeriesSink() = default;
  // The series that follow are of this metric; it may have none.
  virtual void metric(const Name& name) = 0;
  virtual void series(std::span<const Label> labels, double value) = 0;
};

// Numbers of everybody together, and by provider for the worst kProvidersMax of them.
void tell_totals(const Snapshot& snapshot, std::size_t max_destinations, SeriesSink& sink);

// The first `max_destinations` of the snapshot, which are the worst, and their hosts have series of their own.
void tell_destinations(const Snapshot& snapshot, std::size_t max_destinations, SeriesSink& sink);

}  // namespace mxpulse::metrics
