#include "schedule/schedule.hpp"

#include <algorithm>
#include <utility>

namespace mxpulse::schedule {

constexpr std::uint8_t kBusyDoublings = 3;
constexpr double kAboveUsual = 1.125;  // room for what is asked more often for a while

void Schedule::add(const Address& address, SteadyTime now) {
  forget_old(now);
  Known& known = *entries_.try_emplace(address).first;
  Entry& entry = known.second;
  unused_.erase(known);
  if (++entry.users > 1) return;
  count(entry, true);
  queue(known, not_before(entry, now), false);
}

bool Schedule::remove(const Address& address, SteadyTime now) {
  const auto found = entries_.find(address);
  if (found == entries_.end() || found->second.users == 0) return false;
  Entry& entry = found->second;
  if (entry.users > 1) {
    --entry.users;
    return false;
  }
  count(entry, false);
  entry.users = 0;
  entry.postponed = false;
  queue_of(entry).erase(*found);
  unused_.set(*found, (entry.begun == kNever ? now : entry.begun) + pacing_.per_address);
  forget_old(now);
  return true;
}

std::optional<SteadyTime> Schedule::next() const {
  const auto urgent = urgent_.next();
  const auto routine = room_for_routine();
  return urgent && routine ? std::min(urgent, routine) : urgent ? urgent : routine;
}

// Who could have begun first comes first, so that nobody waits for ever where all wait for descriptors.
std::optional<Due> Schedule::take(SteadyTime now) {
  const auto room = next();
  if (!room || *room > now) return std::nullopt;
  ceiling_.begin(*room);
  auto& [address, entry] = urgent_.next() == room ? *urgent_.take(now) : *routine_.take(now);
  entry.begun_before = std::exchange(entry.begun, now);
  return Due{address, now - *room, std::exchange(entry.postponed, false)};
}

void Schedule::spread_overdue(Duration window, SteadyTime now) {
  std::uniform_int_distribution<Duration::rep> within(1, std::max<Duration::rep>(1, window.count()));
  for (auto* queue : {&urgent_, &routine_}) {
    while (Known* late = queue->take(now)) queue->set(*late, now + Duration(within(random_)));
  }
}

void Schedule::postpone(const Address& address, SteadyTime until) {
  const auto found = entries_.find(address);
  if (found == entries_.end() || found->second.users == 0) return;
  found->second.begun = found->second.begun_before;
  found->second.postponed = true;
  ceiling_.take_back();
  queue(*found, until, true);
}

void Schedule::settle(const Address& address, Pace pace, SteadyTime now) {
  const auto found = entries_.find(address);
  if (found == entries_.end() || found->second.users == 0) return;
  Entry& entry = found->second;
  count(entry, false);
  entry.answers = pace != Pace::kUndecided && pace != Pace::kSilent;
  count(entry, true);
  queue(*found, not_before(entry, now + jittered(interval_for(entry, pace))), pace == Pace::kUndecided);
}

void Schedule::hurry(const Address& address, SteadyTime now) {
  const auto found = entries_.find(address);
  if (found == entries_.end() || !queue_of(found->second).contains(*found)) return;  // being asked right now, or not ours
  if (!found->second.postponed) queue(*found, not_before(found->second, now), true);
}

void Schedule::await(const Address& address) {
  const auto found = entries_.find(address);
  if (found == entries_.end()) return;
  if (const auto due = queue_of(found->second).due(*found)) queue(*found, *due, true);
}

std::optional<Schedule::Standing> Schedule::standing(const Address& address) {
  const auto found = entries_.find(address);
  if (found == entries_.end()) return std::nullopt;
  Entry& entry = found->second;
  return Standing{entry.begun == kNever ? std::nullopt : std::optional(entry.begun), queue_of(entry).due(*found),
                  entry.silent_interval};
}

void Schedule::resume(const Address& address, const Standing& standing, SteadyTime now) {
  const bool matters = standing.begun && *standing.begun + pacing_.per_address > now;
  if (!entries_.contains(address) && !matters) return;
  Known& known = *entries_.try_emplace(address).first;
  Entry& entry = known.second;
  count(entry, false);
  entry.begun = standing.begun.value_or(kNever);
  entry.silent_interval = standing.silent_interval;
  if (standing.begun) entry.answers = !standing.undecided && standing.silent_interval == Duration(0);
  count(entry, true);
  if (entry.users == 0)
    unused_.set(known, *standing.begun + pacing_.per_address);
  else if (queue_of(entry).contains(known))
    queue(known, not_before(entry, standing.due.value_or(now)), standing.undecided);
}

void Schedule::queue(Known& known, SteadyTime due, bool urgent) {
  if (known.second.urgent != urgent) queue_of(known.second).erase(known);
  known.second.urgent = urgent;
  queue_of(known.second).set(known, due);
}

std::optional<SteadyTime> Schedule::room_for_routine() const {
  const auto due = routine_.next();
  return due ? std::optional(std::clamp(ceiling_.room_at(), *due, *due + 2 * pacing_.interval)) : std::nullopt;
}

// As it now stands, or no more. Those that were not asked yet will answer as often as those that were.
void Schedule::count(const Entry& entry, bool more) {
  if (entry.users == 0) return;
  const auto add = [more](std::size_t& number) { more ? ++number : --number; };
  add(known_);
  if (entry.answers) add(*entry.answers ? answering_ : silent_);
  const double asked = static_cast<double>(answering_ + silent_);
  const double silent = asked > 0 ? static_cast<double>(silent_) / asked : 0;
  const double usual = (1 - silent) / to_seconds(pacing_.interval) + silent / to_seconds(pacing_.interval_silent_max);
  ceiling_.set_rate(kAboveUsual * static_cast<double>(known_) * usual);
}

SteadyTime Schedule::not_before(const Entry& entry, SteadyTime due) const {
  return std::max(due, entry.begun == kNever ? quiet_until_.value_or(due) : entry.begun + pacing_.per_address);
}

Duration Schedule::jittered(Duration interval) {
  std::uniform_real_distribution<double> tenth(-0.1, 0.1);
  return interval + std::chrono::duration_cast<Duration>(interval * tenth(random_));
}

Duration Schedule::interval_for(Entry& entry, Pace pace) const {
  if (pace != Pace::kBusy) entry.busy = 0;
  if (pace == Pace::kBusy && entry.busy < kBusyDoublings) ++entry.busy;
  if (pace == Pace::kBusy) return pacing_.interval * (1 << entry.busy);
  if (pace != Pace::kSilent) {
    entry.silent_interval = Duration(0);
    switch (pace) {
      case Pace::kSteady: return pacing_.interval;
      case Pace::kControl: return pacing_.interval_control;
      default: return pacing_.interval_undecided;
    }
  }
  const Duration grown = entry.silent_interval == Duration(0) ? pacing_.interval_undecided : entry.silent_interval * 2;
  entry.silent_interval = std::min(grown, pacing_.interval_silent_max);
  return entry.silent_interval;
}

void Schedule::forget_old(SteadyTime now) {
  while (const Known* old = unused_.take(now)) entries_.erase(old->first);
}

}  // namespace mxpulse::schedule
