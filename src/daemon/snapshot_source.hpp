// The newest snapshot for readers on other threads: made on the loop, shared, never older than kSnapshotAge.
#pragma once

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
  SnapshotSource(LoopDoor& door, const Clock& clock, const Monitor& monitor) : door_(door), clock_(clock), monitor_(monitor) {}

  // Any thread but the loop's own.
  Result<std::shared_ptr<const Snapshot>> newest() {
    const std::lock_guard lock(mutex_);
    if (last_ && clock_.now().steady - made_ < kSnapshotAge) return last_;
    auto made = door_.ask<std::shared_ptr<const Snapshot>>(
        [this] { return std::make_shared<const Snapshot>(monitor_.snapshot()); }, kSnapshotPatience);
    if (made) {
      last_ = *made;
      made_ = clock_.now().steady;
    }
    return made;
  }

 private:
  LoopDoor& door_;
  const Clock& clock_;
  const Monitor& monitor_;
  std::mutex mutex_;
  std::shared_ptr<const Snapshot> last_;
  SteadyTime made_{};
};

}  // namespace mxpulse::daemon
