// The newest snapshot for readers on other threads: made on the loop, a share of each turn, and shared, never older than
// kSnapshotAge.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>

#include "daemon/loop_door.hpp"
#include "daemon/monitor.hpp"
#include "mxpulse/snapshot.hpp"
#include "net/loop.hpp"
#include "net/turn_share.hpp"

namespace mxpulse::daemon {

inline constexpr auto kSnapshotAge = std::chrono::seconds(1);       // many scrapes at once cost one snapshot
inline constexpr auto kSnapshotPatience = std::chrono::seconds(5);  // how long a reader waits for the loop

class SnapshotSource {
 public:
  using Shared = std::shared_ptr<const Snapshot>;

  // Snapshots have the `destinations_max` worst destinations.
  SnapshotSource(net::Loop& loop, LoopDoor& door, const Clock& clock, Monitor& monitor, std::size_t destinations_max)
      : loop_(loop), door_(door), clock_(clock), monitor_(monitor), destinations_max_(destinations_max) {}

  // Any thread.
  void set_destinations_max(std::size_t destinations_max) { destinations_max_ = destinations_max; }

  // Any thread but the loop's own.
  Result<Shared> newest() {
    const std::lock_guard lock(mutex_);
    if (last_ && clock_.now().steady - made_ < kSnapshotAge) return last_;
    auto made = door_.ask_for<Snapshot>(
        [this](const Give& give) {
          monitor_.begin_picture(destinations_max_);
          draw(++pictures_, give);
        },
        kSnapshotPatience);
    if (!made) return Result<Shared>::failure(made.why());
    put_worst_first(*made);
    last_ = std::make_shared<const Snapshot>(std::move(*made));
    made_ = clock_.now().steady;
    return last_;
  }

  // A snapshot of this destination alone, of nobody if it is not watched. Any thread but the loop's own.
  Result<Snapshot> of(const DomainName& name) {
    return door_.ask<Snapshot>([this, name] { return monitor_.snapshot_of(name); }, kSnapshotPatience);
  }

 private:
  using Give = LoopDoor::Give<Snapshot>;

  // On the loop, turn by turn. Nobody waits any more for one that another was begun after.
  void draw(unsigned picture, const Give& give) {
    if (picture != pictures_) return;
    const net::TurnShare share;
    if (monitor_.draw([&] { return share.over(); })) return give(monitor_.take_picture());
    loop_.post([this, picture, give] { draw(picture, give); });
  }

  net::Loop& loop_;
  LoopDoor& door_;
  const Clock& clock_;
  Monitor& monitor_;
  std::atomic<std::size_t> destinations_max_;
  std::mutex mutex_;
  Shared last_;
  SteadyTime made_{};
  unsigned pictures_ = 0;  // begun; the loop's thread alone has it
};

}  // namespace mxpulse::daemon
