// The newest snapshot for readers on other threads: made on the loop, shared, never older than kSnapshotAge.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>

#include "daemon/loop_door.hpp"
#include "daemon/monitor.hpp"
#include "mxpulse/snapshot.hpp"

namespace mxpulse::daemon {

inline constexpr auto kSnapshotAge = std::chrono::seconds(1);       // many scrapes at once cost one snapshot
inline constexpr auto kSnapshotPatience = std::chrono::seconds(5);  // how long a reader waits for the loop

class SnapshotSource {
 public:
  // Snapshots have the `destinations_max` worst destinations.
  SnapshotSource(LoopDoor& door, const Clock& clock, Monitor& monitor, std::size_t destinations_max)
      : door_(door), clock_(clock), monitor_(monitor), destinations_max_(destinations_max) {}

  // Any thread.
  void set_destinations_max(std::size_t destinations_max) { destinations_max_ = destinations_max; }

  // Any thread but the loop's own.
  Result<std::shared_ptr<const Snapshot>> newest() {
    const std::lock_guard lock(mutex_);
    if (last_ && clock_.now().steady - made_ < kSnapshotAge) return last_;
    auto made = door_.ask<std::shared_ptr<const Snapshot>>(
        [this] { return std::make_shared<const Snapshot>(monitor_.snapshot(destinations_max_)); }, kSnapshotPatience);
    if (made) {
      last_ = *made;
      made_ = clock_.now().steady;
    }
    return made;
  }

  // A snapshot of this destination alone, of nobody if it is not watched. Any thread but the loop's own.
  Result<Snapshot> of(const DomainName& name) {
    return door_.ask<Snapshot>([this, name] { return monitor_.snapshot_of(name); }, kSnapshotPatience);
  }

 private:
  LoopDoor& door_;
  const Clock& clock_;
  Monitor& monitor_;
  std::atomic<std::size_t> destinations_max_;
  std::mutex mutex_;
  std::shared_ptr<const Snapshot> last_;
  SteadyTime made_{};
};

}  // namespace mxpulse::daemon
