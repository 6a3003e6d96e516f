// How much the daemon's core keeps of everything that grows with what comes in from outside.
#pragma once

#include <cstddef>

namespace mxpulse::daemon {

inline constexpr std::size_t kLookupsMax = 1024;  // MX sets being looked up at a time; the resolver paces its queries below that

struct Load {
  std::size_t watched = 0;       // destinations
  std::size_t bouncing = 0;      // destinations that bounced, watched or not yet
  std::size_t lookups = 0;       // of MX sets, under way, those of who left meanwhile too
  std::size_t asked = 0;         // addresses that a watched destination uses
  std::size_t known = 0;         // addresses whose health is known
  std::size_t scheduled = 0;     // addresses with a place on the schedule, those with it that were left lately
  std::size_t held_back = 0;     // no-answers that wait to be judged
  std::size_t with_outages = 0;  // destinations with a history, those with it that are watched no more
};

}  // namespace mxpulse::daemon
