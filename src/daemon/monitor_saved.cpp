// What the monitor remembers over a restart.
#include <algorithm>

#include "daemon/monitor_album.hpp"

namespace mxpulse::daemon {
namespace {

constexpr auto kClockTolerance = std::chrono::seconds(1);  // of a clock that is slewed

// A moment of an earlier run on our steady clock; never later than `now`, for it is past.
SteadyTime past(SystemTime time, Now now) { return now.steady - std::max<Duration>(now.system - time, Duration(0)); }

SystemTime on_the_wall(SteadyTime time, Now now) {
  return now.system + std::chrono::duration_cast<SystemTime::duration>(time - now.steady);
}

template <typename Value>
std::optional<SystemTime> on_the_wall(const std::optional<Value>& time, Now now) {
  return time ? std::optional(on_the_wall(*time, now)) : std::nullopt;
}

// An answer needs no keeping: nobody is held before its hosts are known.
std::optional<SavedNomination> nomination(const BounceEvent& event, SystemTime heard) {
  if (event.bounce_class != BounceClass::kNoAnswer && event.bounce_class != BounceClass::kDnsTemporary) return std::nullopt;
  SavedNomination saved{heard, {}, event.address};
  if (const auto host = DomainName::parse(event.host)) saved.host = *host;
  const bool names_no_host_of_anybody = !event.host.empty() && !saved.host && !saved.address;
  return names_no_host_of_anybody ? std::nullopt : std::optional(saved);
}

BounceEvent bounce_of(const DomainName& destination, const SavedNomination& saved) {
  BounceEvent event;
  event.destination = destination;
  event.bounce_class = BounceClass::kNoAnswer;
  event.time = saved.time;
  if (saved.host) event.host = saved.host->text();
  event.address = saved.address;
  return event;
}

}  // namespace

// After a kill nobody knows whom we asked last, nor when it was after the clock was set, or the machine began anew: then nobody
// is asked sooner than `per_address` from now.
void Monitor::resume(const Saved& saved) {
  const Now now = clock_.now();
  watchlist_.resume(saved.bounces, now);
  const auto set = set_between(saved.taken, now);
  const bool knows_connects = saved.orderly && set && std::chrono::abs(*set) < kClockTolerance;
  const SteadyTime last_connect = knows_connects ? saved.taken.steady : now.steady;
  if (saved.taken.system != SystemTime()) schedule_.keep_quiet_until(last_connect + options_.pacing.per_address);

  std::unordered_set<DomainName> wanted = watchlist_.joined();
  wanted.insert(options_.destinations.begin(), options_.destinations.end());
  const Duration spread = spread_for(wanted.size());
  for (const SavedDestination& one : saved.destinations) {
    if (wanted.erase(one.name) > 0)
      resume(one, spread, now);
    else
      unsaved_.mark(one.name);
  }
  for (const SavedAddress& one : saved.addresses) resume(one, knows_connects, now);
  for (const SavedHistory& one : saved.histories) {
    incidents_.resume(one);
    const bool is_watched = destinations_.contains(one.destination) || wanted.contains(one.destination);
    if (!is_watched) incidents_.forgotten(one.destination, now);
  }
  for (auto& [name, destination] : destinations_) {
    if (destination.set) destination.verdict = health::assess(*destination.set, book_, destination.lookups).verdict;
    destination.bounces = watchlist_.bounces(name, now);
    tally_.add(counted_for(destination), destination.verdict);
    worst_first_.insert(&destination);
  }
  album_->everybody_changed();
  for (const DomainName& name : watchlist_.joined()) {
    if (wanted.contains(name)) join(name, spread);
  }
}

void Monitor::resume(const SavedDestination& saved, Duration spread, Now now) {
  const auto [found, is_new] = destinations_.try_emplace(saved.name);
  if (!is_new) return;
  Destination& destination = found->second;
  destination.name = saved.name;
  destination.set = shared(saved.set);
  destination.lookups = health::NoAnswerStreak::resume(saved.lookups, now.system);
  destination.watched_since = std::min(saved.watched_since, now.system);
  std::uniform_int_distribution<Duration::rep> within(0, spread.count());
  lookups_due_.set(destination, now.steady + Duration(within(random_)));
  if (destination.set) take_addresses(destination, {}, now.steady);
  if (saved.unjudged) unjudged_[saved.name] = {bounce_of(saved.name, *saved.unjudged), past(saved.unjudged->time, now)};
}

void Monitor::resume(const SavedAddress& saved, bool knows_connects, Now now) {
  schedule::Schedule::Standing standing;
  standing.silent_interval = saved.silent_interval;
  const bool has_streak = saved.streak.no_answers > 0 || saved.streak.answers > 0;
  standing.undecided = has_streak && health::NoAnswerStreak::resume(saved.streak, now.system).undecided();
  if (saved.begun) standing.begun = knows_connects ? past(*saved.begun, now) : now.steady;
  if (saved.due) {
    const Duration ahead = std::clamp<Duration>(*saved.due - now.system, Duration(0), options_.pacing.interval_silent_max);
    standing.due = now.steady + ahead;
  }
  schedule_.resume(saved.address, standing, now.steady);
  if (users_.contains(saved.address))
    book_.resume(saved, now.system);
  else
    book_.unsaved().mark(saved.address);
}

void Monitor::begin_keeping() {
  unsaved_.want();
  watchlist_.unsaved().want();
  book_.unsaved().want();
  incidents_.unsaved().want();
}

bool Monitor::lost_count() const {
  return unsaved_.too_many() || watchlist_.unsaved().too_many() || book_.unsaved().too_many() || incidents_.unsaved().too_many();
}

void Monitor::gather(Batch& batch) {
  const Now now = clock_.now();
  auto addresses = book_.unsaved().take();
  auto names = unsaved_.take();
  auto bouncing = watchlist_.unsaved().take();
  auto outages = incidents_.unsaved().take();
  if (batch.everything || batch.changed.orderly) {  // every one's place on the schedule
    addresses.clear();
    for (const auto& [address, users] : users_) addresses.push_back(address);
  }
  if (batch.everything) {
    names.clear();
    for (const auto& [name, destination] : destinations_) names.push_back(name);
    bouncing = watchlist_.bouncing();
    outages = incidents_.names();
  }
  for (const Address& address : addresses) gather(address, now, batch);
  for (const DomainName& name : names) {
    const auto found = destinations_.find(name);
    if (found == destinations_.end()) {
      batch.destinations_gone.push_back(name);
      continue;
    }
    const Destination& one = found->second;
    const auto waits = unjudged_.find(name);
    auto unjudged = waits == unjudged_.end() ? std::optional<SavedNomination>()
                                             : nomination(waits->second.event, on_the_wall(waits->second.heard, now));
    batch.changed.destinations.push_back({name, one.watched_since, one.lookups.saved(), one.set, std::move(unjudged)});
  }
  for (const DomainName& name : bouncing) {
    if (auto saved = watchlist_.saved(name))
      batch.changed.bounces.push_back(std::move(*saved));
    else
      batch.bounces_gone.push_back(name);
  }
  for (const DomainName& name : outages) {
    if (auto history = incidents_.history(name))
      batch.changed.histories.push_back({name, std::move(history)});
    else
      batch.histories_gone.push_back(name);
  }
}

void Monitor::gather(const Address& address, Now now, Batch& batch) {
  if (!users_.contains(address)) {
    batch.addresses_gone.push_back(address);
    return;
  }
  auto saved = book_.saved(address);
  if (!saved) saved.emplace().address = address;
  if (const auto standing = schedule_.standing(address)) {
    saved->begun = on_the_wall(standing->begun, now);
    saved->due = on_the_wall(standing->due, now);
    saved->silent_interval = standing->silent_interval;
  }
  batch.changed.addresses.push_back(std::move(*saved));
}

void Monitor::not_written(const Batch& batch) {
  for (const auto& one : batch.changed.addresses) book_.unsaved().mark(one.address);
  for (const Address& address : batch.addresses_gone) book_.unsaved().mark(address);
  for (const auto& one : batch.changed.destinations) unsaved_.mark(one.name);
  for (const DomainName& name : batch.destinations_gone) unsaved_.mark(name);
  for (const auto& one : batch.changed.bounces) watchlist_.unsaved().mark(one.destination);
  for (const DomainName& name : batch.bounces_gone) watchlist_.unsaved().mark(name);
  for (const auto& one : batch.changed.histories) incidents_.unsaved().mark(one.destination);
  for (const DomainName& name : batch.histories_gone) incidents_.unsaved().mark(name);
}

}  // namespace mxpulse::daemon
