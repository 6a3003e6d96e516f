// Asks a destination now, for somebody who waits: /probe.
#pragma once

#include <deque>
#include <functional>
#include <list>

#include "daemon/monitor.hpp"
#include "mxpulse/result.hpp"
#include "net/timer.hpp"

namespace mxpulse::daemon {

inline constexpr std::size_t kVisitsMax = 8;            // at a time
inline constexpr std::size_t kStrangersPerMinute = 30;  // visits to those that are not watched: nobody scans the world with us

// - a visit asks through the schedule like everything else: the address policy and the least time between two connections to an
//   address hold; what was asked within that time counts as the answer
// - who is not watched is watched while the visit lasts
// Lives on the loop's thread.
class Visits {
 public:
  struct Found {
    Snapshot snapshot;  // of the destination alone
    Duration took{0};
    bool complete = false;  // every address was asked; else the patience ended
  };
  using Done = std::function<void(const Found&)>;

  Visits(net::Loop& loop, const Clock& clock, Monitor& monitor);
  ~Visits();

  // What was asked within `fresh` need not be asked again. `done` is called once, later, unless there is no room: then a reason.
  Result<bool> begin(const DomainName& name, Duration patience, Duration fresh, Done done);

 private:
  struct Visit {
    DomainName name;
    SteadyTime begun;
    SteadyTime end;
    SystemTime fresh_from;
    Done done;
  };

  void look();
  bool may_visit_stranger(SteadyTime now);

  const Clock& clock_;
  Monitor& monitor_;
  std::list<Visit> visits_;
  std::deque<SteadyTime> strangers_;  // of the last minute
  net::Timer glance_;
};

}  // namespace mxpulse::daemon
