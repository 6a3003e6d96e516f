#include "daemon/visits.hpp"

#include <algorithm>

namespace mxpulse::daemon {
namespace {

using namespace std::chrono_literals;

constexpr auto kGlance = 50ms;  // how late an answer is seen

// Every address has a result, or there is none to ask.
bool is_complete(const Snapshot& snapshot, SystemTime fresh_from) {
  if (snapshot.destinations.empty()) return true;  // it left the watchlist meanwhile
  const DestinationView& view = snapshot.destinations.front();
  if (!view.cause) return false;
  return std::ranges::all_of(view.hosts, [&](const HostChoice& choice) {
    const HostView& host = snapshot.hosts[choice.host];
    if (host.cause && outcome(*host.cause) == Outcome::kNotTried) return true;
    return host.last_probe && *host.last_probe >= fresh_from;
  });
}

}  // namespace

Visits::Visits(net::Loop& loop, const Clock& clock, Monitor& monitor)
    : clock_(clock), monitor_(monitor), glance_(loop, [this] { look(); }) {}

Visits::~Visits() = default;

Result<bool> Visits::begin(const DomainName& name, Duration patience, Duration fresh, Done done) {
  const Now now = clock_.now();
  if (visits_.size() >= kVisitsMax)
    return Result<bool>::failure("already " + std::to_string(kVisitsMax) + " probes on demand are under way; ask again later");
  if (!monitor_.watches(name) && !may_visit_stranger(now.steady))
    return Result<bool>::failure("already " + std::to_string(kStrangersPerMinute) +
                                 " destinations that are not watched were asked within a minute; ask again later");
  monitor_.begin_visit(name);
  visits_.push_back({name, now.steady, now.steady + patience,
                     now.system - std::chrono::duration_cast<SystemTime::duration>(fresh), std::move(done)});
  glance_.start_once(kGlance);
  return true;
}

bool Visits::may_visit_stranger(SteadyTime now) {
  while (!strangers_.empty() && strangers_.front() + 1min < now) strangers_.pop_front();
  if (strangers_.size() >= kStrangersPerMinute) return false;
  strangers_.push_back(now);
  return true;
}

void Visits::look() {
  const SteadyTime now = clock_.now().steady;
  for (auto visit = visits_.begin(); visit != visits_.end();) {
    Snapshot snapshot = monitor_.snapshot_of(visit->name);
    const bool complete = is_complete(snapshot, visit->fresh_from);
    if (!complete && now < visit->end) {
      ++visit;
      continue;
    }
    const Visit ended = std::move(*visit);
    visit = visits_.erase(visit);
    monitor_.end_visit(ended.name);
    ended.done({std::move(snapshot), now - ended.begun, complete});
  }
  if (!visits_.empty()) glance_.start_once(kGlance);
}

}  // namespace mxpulse::daemon
