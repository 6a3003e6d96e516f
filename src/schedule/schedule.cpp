#include "schedule/schedule.hpp"

#include <algorithm>
#include <utility>

namespace mxpulse::schedule {

constexpr unsigned kBusyDoublings = 3;

void Schedule::add(const Address& address, Duration spread, SteadyTime now) {
  forget_old(now);
  Known& known = *entries_.try_emplace(address).first;
  Entry& entry = known.second;
  unused_.erase(&known);
  if (++entry.users > 1) return;
  std::uniform_int_distribution<Duration::rep> within(0, std::max<Duration::rep>(0, spread.count()));
  queue_.set(&known, not_before(entry, now + Duration(within(random_))));
}

bool Schedule::remove(const Address& address, SteadyTime now) {
  const auto found = entries_.find(address);
  if (found == entries_.end() || found->second.users == 0) return false;
  if (--found->second.users > 0) return false;
  queue_.erase(&*found);
  found->second.postponed = false;
  unused_.set(&*found, found->second.begun.value_or(now) + pacing_.per_address);
  forget_old(now);
  return true;
}

std::optional<Due> Schedule::take(SteadyTime now) {
  const auto taken = queue_.take(now);
  if (!taken) return std::nullopt;
  auto& [address, entry] = *taken->second;
  entry.begun_before = std::exchange(entry.begun, now);
  return Due{address, now - taken->first, std::exchange(entry.postponed, false)};
}

void Schedule::spread_overdue(Duration window, SteadyTime now) {
  std::uniform_int_distribution<Duration::rep> within(1, std::max<Duration::rep>(1, window.count()));
  while (const auto late = queue_.take(now)) queue_.set(late->second, now + Duration(within(random_)));
}

void Schedule::postpone(const Address& address, SteadyTime until) {
  const auto found = entries_.find(address);
  if (found == entries_.end() || found->second.users == 0) return;
  found->second.begun = found->second.begun_before;
  found->second.postponed = true;
  queue_.set(&*found, until);
}

void Schedule::settle(const Address& address, Pace pace, SteadyTime now) {
  const auto found = entries_.find(address);
  if (found == entries_.end() || found->second.users == 0) return;
  queue_.set(&*found, not_before(found->second, now + jittered(interval_for(found->second, pace))));
}

void Schedule::hurry(const Address& address, SteadyTime now) {
  const auto found = entries_.find(address);
  if (found == entries_.end() || !queue_.contains(&*found)) return;  // being asked right now, or not ours
  if (!found->second.postponed) queue_.set(&*found, not_before(found->second, now));
}

std::optional<Schedule::Standing> Schedule::standing(const Address& address) {
  const auto found = entries_.find(address);
  if (found == entries_.end()) return std::nullopt;
  return Standing{found->second.begun, queue_.due(&*found), found->second.silent_interval};
}

void Schedule::resume(const Address& address, const Standing& standing, SteadyTime now) {
  const bool matters = standing.begun && *standing.begun + pacing_.per_address > now;
  if (!entries_.contains(address) && !matters) return;
  Known& known = *entries_.try_emplace(address).first;
  Entry& entry = known.second;
  entry.begun = standing.begun;
  entry.silent_interval = standing.silent_interval;
  if (entry.users == 0)
    unused_.set(&known, *standing.begun + pacing_.per_address);
  else if (queue_.contains(&known))
    queue_.set(&known, not_before(entry, standing.due.value_or(now)));
}

SteadyTime Schedule::not_before(const Entry& entry, SteadyTime due) const {
  return entry.begun ? std::max(due, *entry.begun + pacing_.per_address) : std::max(due, quiet_until_.value_or(due));
}

Duration Schedule::jittered(Duration interval) {
  std::uniform_real_distribution<double> tenth(-0.1, 0.1);
  return interval + std::chrono::duration_cast<Duration>(interval * tenth(random_));
}

Duration Schedule::interval_for(Entry& entry, Pace pace) const {
  entry.busy = pace == Pace::kBusy ? std::min(entry.busy + 1, kBusyDoublings) : 0;
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
  while (const auto old = unused_.take(now)) entries_.erase(old->second->first);
}

}  // namespace mxpulse::schedule
