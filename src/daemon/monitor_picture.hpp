// A snapshot that Monitor draws bit by bit.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "daemon/monitor_album.hpp"

namespace mxpulse::daemon {

// Goes down the ranks to the end or until it shows enough. Who moves from below the place where it stands to above, or joins
// there, would be missed: their series would end for a scrape, and with them the patience of an alert.
class Monitor::Picture {
 public:
  Picture(Monitor& monitor, std::size_t destinations_max);

  bool draw(const std::function<bool()>& is_over);
  Snapshot take() { return std::move(snapshot_); }

  void moved(const Destination& destination);

 private:
  bool is_enough() const { return album_.shown() >= destinations_max_; }
  void stand_at(const Destination& destination);
  void finish(Now now);

  Monitor& monitor_;
  Album& album_;
  std::size_t destinations_max_;
  Snapshot snapshot_;
  std::optional<Destination> last_;  // looked at, with the rank that it had then
  std::vector<DomainName> moved_;    // from below that to above
  bool is_whole_ = false;
};

}  // namespace mxpulse::daemon
