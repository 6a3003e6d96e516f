#include "daemon/monitor.hpp"

#include <algorithm>
#include <map>

namespace mxpulse::daemon {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLookupsMax = 1024;     // MX sets being looked up at a time; the resolver paces its queries below that
constexpr auto kSpreadPerDestination = 10ms;  // a first round of 100 destinations a second, or slower if the interval allows
constexpr auto kHousekeeping = 10s;
constexpr auto kNewsAge = 10min;  // an older line is history

schedule::Pace pace_of(const health::AddressHealth& health) {
  const Cause last = health.last ? health.last->cause : Cause::kLocalError;
  if (last == Cause::kDeniedAddress) return schedule::Pace::kSteady;
  if (health.streak.undecided() || outcome(last) == Outcome::kNotTried) return schedule::Pace::kUndecided;
  return health.streak.state() == health::State::kSilent ? schedule::Pace::kSilent : schedule::Pace::kSteady;
}

// What a lookup says about the name: its own failure, or that of its hosts when none has an address.
Outcome outcome_of(const MxSet& set) {
  if (set.failure) return outcome(*set.failure);
  const bool some_failed =
      std::any_of(set.hosts.begin(), set.hosts.end(), [](const MxHost& host) { return host.failure == Cause::kDnsTemporary; });
  return some_failed ? Outcome::kNoAnswer : Outcome::kAnswered;
}

}  // namespace

Monitor::Monitor(Alarms& alarms, const Clock& clock, MonitorOptions options, Observer& observer, std::uint64_t seed)
    : clock_(clock),
      options_(std::move(options)),
      observer_(observer),
      watchlist_(options_.watch),
      schedule_(options_.pacing, seed),
      book_(options_.thresholds),
      random_(seed),
      wake_(alarms.make([this] { turn(); })),
      housekeeping_(alarms.make([this] {
        apply(watchlist_.expire(clock_.now()));
        incidents_.expire(clock_.now());
        turn();
      })) {
  housekeeping_->start_every(kHousekeeping);
}

void Monitor::use(Resolver& resolver) {
  const bool exchanged = resolver_ != nullptr;
  resolver_ = &resolver;
  lookups_in_flight_ = 0;
  if (!exchanged) return configure(options_);
  for (auto& [name, destination] : destinations_) {
    if (!std::exchange(destination.looking_up, false)) continue;
    lookups_due_.set(name, clock_.now().steady);
  }
  turn();
}

void Monitor::use(Prober& prober) { prober_ = &prober; }

void Monitor::use(Gatekeeper& gatekeeper) { gatekeeper_ = &gatekeeper; }

void Monitor::configure(MonitorOptions options) {
  options_ = std::move(options);
  schedule_.set_pacing(options_.pacing);
  book_.set_thresholds(options_.thresholds);
  apply(watchlist_.configure(options_.watch, options_.destinations, clock_.now()));
  turn();
}

void Monitor::bounced(const BounceEvent& event) {
  const Now now = clock_.now();
  observer_.bounced(event, now);
  apply(watchlist_.record(event, now));
  const auto found = destinations_.find(event.destination);
  if (found == destinations_.end()) return;
  rank(found->second, watchlist_.bounces(event.destination, now), found->second.verdict);
  tell_gate(event, found->second, now);
  if (event.bounce_class != BounceClass::kNoAnswer) return;
  for (const Address& address : found->second.asked) schedule_.hurry(address, now.steady);
}

// Old lines, of a log read from its start, say nothing about now. A delivery to a host ends that host's streak.
void Monitor::tell_gate(const BounceEvent& event, Destination& destination, Now now) {
  if (event.time && *event.time + kNewsAge < now.system) return;
  if (event.bounce_class == BounceClass::kSuspended || event.bounce_class == BounceClass::kOther) return;
  if (!destination.set) {
    destination.unjudged = event;
    return;
  }
  const bool own_host = names_own_host(event, destination);
  switch (event.bounce_class) {
    case BounceClass::kNoAnswer:
    case BounceClass::kDnsTemporary:
      if (own_host && gatekeeper_ != nullptr) gatekeeper_->nominated(destination.name);
      return;
    case BounceClass::kDelivered:
    case BounceClass::kBusy:
    case BounceClass::kRejected:
      if (!own_host || event.host.empty()) return;
      if (event.address && users_.contains(*event.address)) answered_the_mta(*event.address, event, now);
      if (gatekeeper_ == nullptr) return;
      event.bounce_class == BounceClass::kDelivered ? gatekeeper_->delivered(destination.name)
                                                    : gatekeeper_->replied(destination.name);
      return;
    default: return;
  }
}

void Monitor::answered_the_mta(const Address& address, const BounceEvent& event, Now now) {
  const health::AddressHealth* health = book_.find(address);
  if (health == nullptr || health->streak.length() == 0) return;
  const auto last = health->streak.last();
  if (event.time && last && *event.time < *last) return;  // said before our own last look
  ProbeResult result;
  result.cause = event.bounce_class == BounceClass::kDelivered ? Cause::kReady : Cause::kBusy;
  result.why = "the MTA's log tells of an answer";
  if (book_.record(address, result, now) == health::Transition::kChanged) observer_.host_changed(address, true, 0, result, now);
  const auto end = event.bounce_class == BounceClass::kDelivered ? IncidentEnd::kDelivered : IncidentEnd::kAnswered;
  const Occasion occasion{result, last, end};
  for (Destination* user : users_.at(address)) reassess(*user, now, &occasion);
}

// Not a relay's failure: the host that did not answer is one of the destination's own, or the MTA names none.
bool Monitor::names_own_host(const BounceEvent& event, const Destination& destination) const {
  if (event.host.empty() && !event.address) return true;
  for (const MxHost& host : destination.set->hosts) {
    if (host.name.text() == event.host) return true;
    if (event.address && std::find(host.addresses.begin(), host.addresses.end(), *event.address) != host.addresses.end())
      return true;
  }
  return false;
}

void Monitor::apply(const watch::Changes& changes) {
  for (const DomainName& name : changes.left) leave(name);
  const Duration spread = spread_for(changes.joined.size());
  for (const DomainName& name : changes.joined) join(name, spread);
  if (!changes.joined.empty()) turn();
}

// A few destinations at once, many over up to an interval: no burst at the start.
Duration Monitor::spread_for(std::size_t count) const {
  if (count <= 1) return Duration(0);
  return std::min<Duration>(options_.pacing.interval,
                            kSpreadPerDestination * static_cast<int>(std::min<std::size_t>(count, 10'000'000)));
}

// The name itself while it is not known.
const std::string& Monitor::provider_of(const Destination& destination) {
  return destination.set && !destination.set->provider.empty() ? destination.set->provider : destination.name.text();
}

void Monitor::join(const DomainName& name, Duration spread) {
  const Now now = clock_.now();
  const auto [joined, is_new] = destinations_.try_emplace(name);
  if (!is_new) return;
  Destination& destination = joined->second;
  destination.name = name;
  destination.bounces = watchlist_.bounces(name, now);
  destination.watched_since = now.system;
  worst_first_.insert(&destination);
  tally_.add(name.text(), Verdict::kUnknown);
  std::uniform_int_distribution<Duration::rep> within(0, spread.count());
  lookups_due_.set(name, now.steady + Duration(within(random_)));
  observer_.destination_joined(name, destination.bounces, now);
}

void Monitor::leave(const DomainName& name) {
  const Now now = clock_.now();
  const auto found = destinations_.find(name);
  if (found == destinations_.end()) return;
  if (found->second.looking_up) --lookups_in_flight_;
  for (const Address& address : found->second.asked) drop_address(found->second, address, now.steady);
  lookups_due_.erase(name);
  if (gatekeeper_ != nullptr) gatekeeper_->forgotten(name);
  tally_.remove(provider_of(found->second), found->second.verdict);
  worst_first_.erase(&found->second);
  incidents_.forgotten(name, now);
  destinations_.erase(found);
  observer_.destination_left(name, now);
}

void Monitor::turn() {
  const SteadyTime now = clock_.now().steady;
  begin_lookups(now);
  begin_probes(now);
  sleep_until_due(now);
}

void Monitor::begin_lookups(SteadyTime now) {
  while (lookups_in_flight_ < kLookupsMax) {
    const auto due = lookups_due_.take(now);
    if (!due) return;
    const DomainName& name = due->second;
    destinations_.at(name).looking_up = true;
    ++lookups_in_flight_;
    resolver_->resolve(name, [this, name](std::shared_ptr<const MxSet> set) { looked_up(name, std::move(set)); });
  }
}

void Monitor::begin_probes(SteadyTime now) {
  while (prober_->in_flight() < options_.max_in_flight) {
    const auto due = schedule_.take(now);
    if (!due) return;
    if (!asking_.insert(due->address).second) {  // left and came back while its probe is still under way
      schedule_.settle(due->address, schedule::Pace::kUndecided, now);
      continue;
    }
    observer_.probe_lagged(due->lag);
    prober_->probe(due->address);
  }
}

// With no room for more, the next result wakes us; the goodbye of a probe ends without one, so look again soon.
void Monitor::sleep_until_due(SteadyTime now) {
  std::optional<SteadyTime> next;
  const auto consider = [&](std::optional<SteadyTime> due, bool room) {
    if (!due) return;
    const SteadyTime at = room ? *due : std::max(*due, now + 20ms);
    next = next ? std::min(*next, at) : at;
  };
  consider(lookups_due_.next(), lookups_in_flight_ < kLookupsMax);
  consider(schedule_.next(), prober_->in_flight() < options_.max_in_flight);
  if (next) wake_->start_once(std::max<Duration>(*next - now, 0s));
}

void Monitor::looked_up(const DomainName& name, std::shared_ptr<const MxSet> set) {
  const auto found = destinations_.find(name);
  if (found == destinations_.end() || !found->second.looking_up) return;  // left meanwhile
  const Now now = clock_.now();
  Destination& destination = found->second;
  destination.looking_up = false;
  --lookups_in_flight_;

  // One failure that the cache repeats is one failure.
  if (set->fresh) destination.lookups.record(outcome_of(*set), options_.thresholds, now);
  // While our resolver is down, the hosts known before are still the best guess.
  const bool keep_old = destination.set != nullptr && set->failure == Cause::kResolverDown;
  if (!keep_old) {
    tally_.remove(provider_of(destination), destination.verdict);
    destination.set = std::move(set);
    tally_.add(provider_of(destination), destination.verdict);
    take_addresses(destination, now.steady);
  }
  if (const auto bounce = std::exchange(destination.unjudged, std::nullopt)) tell_gate(*bounce, destination, now);
  const bool again_soon = destination.lookups.undecided() || keep_old || destination.set->failure == Cause::kResolverDown;
  lookups_due_.set(name, now.steady + (again_soon ? options_.pacing.interval_undecided : options_.pacing.interval));
  reassess(destination, now);
  turn();
}

void Monitor::take_addresses(Destination& destination, SteadyTime now) {
  std::vector<Address> wanted;
  for (const auto& asked : health::asked_addresses(*destination.set)) wanted.push_back(asked.address);

  const auto contains = [](const std::vector<Address>& all, const Address& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  for (const Address& address : wanted) {
    if (contains(destination.asked, address)) continue;
    users_[address].push_back(&destination);
    schedule_.add(address, Duration(0), now);
  }
  for (const Address& address : destination.asked) {
    if (!contains(wanted, address)) drop_address(destination, address, now);
  }
  destination.asked = std::move(wanted);
}

void Monitor::drop_address(Destination& destination, const Address& address, SteadyTime now) {
  auto& users = users_[address];
  std::erase(users, &destination);
  if (!schedule_.remove(address, now)) return;
  users_.erase(address);
  book_.forget(address);
}

void Monitor::probed(const Address& address, const ProbeResult& result) {
  const Now now = clock_.now();
  asking_.erase(address);
  observer_.probed(address, result, now);

  const auto users = users_.find(address);
  if (users == users_.end()) {  // its last destination left while it was asked
    turn();
    return;
  }
  const health::AddressHealth* before = book_.find(address);
  const auto settled_before = before == nullptr ? std::nullopt : before->settled;
  const Occasion occasion{result, before == nullptr ? std::nullopt : before->streak.last(), IncidentEnd::kAnswered};
  const auto last_before = before == nullptr || !before->last ? std::nullopt : std::optional(before->last->cause);

  const health::Transition transition = book_.record(address, result, now);
  const health::AddressHealth& health = *book_.find(address);
  schedule_.settle(address, pace_of(health), now.steady);
  if (transition == health::Transition::kChanged) {
    observer_.host_changed(address, health.streak.state() == health::State::kAnswering, health.streak.length(), result, now);
  }
  const bool on_course =
      gatekeeper_ != nullptr && std::any_of(users->second.begin(), users->second.end(),
                                            [&](const Destination* one) { return gatekeeper_->on_course(one->name); });
  if (on_course || health.settled != settled_before || last_before != result.cause) {
    for (Destination* destination : users->second) reassess(*destination, now, &occasion);
  }
  turn();
}

void Monitor::reassess(Destination& destination, Now now, const Occasion* occasion) {
  const auto health = health::assess(*destination.set, book_, destination.lookups);
  const Verdict from = destination.verdict;
  rank(destination, destination.bounces, health.verdict);
  if (gatekeeper_ != nullptr && health.verdict != Verdict::kUnknown)
    gatekeeper_->observed(destination.name, health.verdict == Verdict::kUnavailable, health.why);
  keep_history(destination.name, health, occasion, now);
  if (health.verdict == from) return;
  tally_.remove(provider_of(destination), from);
  tally_.add(provider_of(destination), health.verdict);
  if (gatekeeper_ != nullptr)
    gatekeeper_->counted(tally_.all()[static_cast<std::size_t>(Verdict::kUnavailable)], destinations_.size());
  observer_.verdict_changed(destination.name, from, health.verdict, health.why, now);
}

bool Monitor::WorstFirst::operator()(const Destination* a, const Destination* b) const {
  if (a->bounces != b->bounces) return a->bounces > b->bounces;
  const bool a_silent = a->verdict == Verdict::kUnavailable;
  const bool b_silent = b->verdict == Verdict::kUnavailable;
  return a_silent != b_silent ? a_silent : a->name < b->name;
}

void Monitor::rank(Destination& destination, std::size_t bounces, Verdict verdict) {
  if (destination.bounces == bounces && destination.verdict == verdict) return;
  worst_first_.erase(&destination);
  destination.bounces = bounces;
  destination.verdict = verdict;
  worst_first_.insert(&destination);
}

void Monitor::keep_history(const DomainName& name, const health::DestinationHealth& health, const Occasion* occasion, Now now) {
  const auto last = occasion == nullptr ? std::nullopt : occasion->last_no_answer;
  switch (health.verdict) {
    case Verdict::kUnavailable:
      incidents_.silent(name, health.since.value_or(now.system), health.cause.value_or(Cause::kTimeout), health.why, now);
      return;
    case Verdict::kUnknown: return;  // says nothing about an outage
    case Verdict::kUndeliverable: incidents_.ended(name, IncidentEnd::kUndeliverable, health.why, last, now); return;
    case Verdict::kAvailable:
    case Verdict::kBackupOnly:
    case Verdict::kRefusing: {
      const bool greeted = occasion != nullptr && !occasion->result.greeting.empty();
      incidents_.ended(name, occasion == nullptr ? IncidentEnd::kAnswered : occasion->end,
                       greeted ? occasion->result.greeting : health.why, last, now);
      return;
    }
  }
}

}  // namespace mxpulse::daemon
