// When each address is asked next: once for all destinations that share it, never more often than `per_address`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <unordered_map>

#include "mxpulse/address.hpp"
#include "mxpulse/time.hpp"
#include "schedule/ceiling.hpp"
#include "schedule/due_queue.hpp"

namespace mxpulse::schedule {

struct Pacing {
  Duration interval = std::chrono::minutes(5);              // while the host answers
  Duration interval_undecided = std::chrono::seconds(30);   // while a change is pending
  Duration interval_silent_max = std::chrono::minutes(10);  // where the growing interval of a silent host ends
  Duration per_address = std::chrono::seconds(60);          // the least time between two connects to an address
  Duration interval_control = std::chrono::minutes(15);     // of a control while it answers
};

enum class Pace : std::uint8_t { kSteady, kUndecided, kNotTried, kSilent, kControl, kBusy };

struct Due {
  Address address;
  Duration lag;            // how late it is taken: since it was due, and there was room for it
  bool postponed = false;  // it waited until its place came
};

// - an address is due once it is added
// - taken, it is out of the queue until settle() gives it its next time
// - somebody waits for those that were hurried or are awaited, and a change for those that are undecided: they are taken when
//   they are due
// - all others make room for them: together no more are taken than an eighth above the usual rate, what came due first first, and
//   none two intervals late. So the first round of many takes as long as that needs, and silent hosts, asked more often in their
//   first minutes, make no burst
// - a silent host is asked after interval_undecided, then ever twice as late up to interval_silent_max
// - a host that asks for less, time after time, is asked after 2, 4 and at last 8 intervals
// - postponed, it keeps its place: neither hurry() nor another user moves it
// - every interval is jittered by a tenth either way, so that rounds do not stay in step
// - removed and added again, over reloads too, an address still keeps `per_address` since its last connect
class Schedule {
 public:
  Schedule(Pacing pacing, std::uint64_t seed) : pacing_(pacing), random_(seed) {}

  // Counts from each address's next settling on.
  void set_pacing(Pacing pacing) { pacing_ = pacing; }

  // One user more or less of the address; it is asked while it has any. remove() says whether it has none left.
  void add(const Address& address, SteadyTime now);
  bool remove(const Address& address, SteadyTime now);

  std::optional<SteadyTime> next() const;
  std::optional<Due> take(SteadyTime now);
  // What is overdue comes due within `window` instead: after a sleep nobody is asked all at once.
  void spread_overdue(Duration window, SteadyTime now);
  std::size_t overdue(SteadyTime now) const { return urgent_.count_due(now) + routine_.count_due(now); }
  // The taken address is not asked now, but then.
  void postpone(const Address& address, SteadyTime until);
  // The taken address was asked and stands so; no-op when it has no users any more.
  void settle(const Address& address, Pace pace, SteadyTime now);
  // Asks soon, as far as `per_address` allows: somebody just bounced there.
  void hurry(const Address& address, SteadyTime now);
  // Asks no sooner, but makes no room: mail waits for it. Until its next settling.
  void await(const Address& address);

  // How an address stands here, as it is kept over a restart.
  struct Standing {
    std::optional<SteadyTime> begun;  // last connect
    std::optional<SteadyTime> due;
    Duration silent_interval{0};  // 0: not silent
    bool undecided = false;
  };
  std::optional<Standing> standing(const Address& address);
  // As an earlier run left it. Who has no users keeps its last connect alone.
  void resume(const Address& address, const Standing& standing, SteadyTime now);
  // An address whose last connect is not known may have had one shortly before: none is asked sooner.
  void keep_quiet_until(SteadyTime until) { quiet_until_ = until; }

  std::size_t size() const { return entries_.size(); }

 private:
  static constexpr SteadyTime kNever = SteadyTime::min();

  struct Entry {
    SteadyTime begun = kNever;         // last connect
    SteadyTime begun_before = kNever;  // the one before that, should the last be postponed
    Duration silent_interval{0};       // 0: not silent
    unsigned users = 0;
    DuePlace place;               // in the queue where it waits
    std::uint8_t busy = 0;        // greetings in a row that ask for less
    std::optional<bool> answers;  // when it was asked last
    bool postponed = false;
    bool urgent = false;  // where it stands while it is queued
  };

  using Entries = std::unordered_map<Address, Entry>;
  using Known = Entries::value_type;  // stays where it is as long as it is there
  static DuePlace& place_of(Known& known) { return known.second.place; }
  using Queue = DueQueue<Known, place_of>;

  void queue(Known& known, SteadyTime due, bool urgent);
  Queue& queue_of(const Entry& entry) { return entry.urgent ? urgent_ : routine_; }
  std::optional<SteadyTime> room_for_routine() const;
  void count(const Entry& entry, bool more);
  SteadyTime not_before(const Entry& entry, SteadyTime due) const;
  Duration jittered(Duration interval);
  Duration interval_for(Entry& entry, Pace pace) const;
  void forget_old(SteadyTime now);

  Pacing pacing_;
  std::mt19937_64 random_;
  Entries entries_;
  Queue urgent_;
  Queue routine_;
  Ceiling ceiling_;
  std::size_t known_ = 0;  // addresses with users, of them
  std::size_t answering_ = 0;
  std::size_t silent_ = 0;
  std::optional<SteadyTime> quiet_until_;
  Queue unused_;  // without users, by when their last connect stops to matter
};

}  // namespace mxpulse::schedule
