#include "daemon/monitor.hpp"

#include <algorithm>

#include "daemon/monitor_picture.hpp"

namespace mxpulse::daemon {
namespace {

using namespace std::chrono_literals;

// What begins in a millisecond; the rest begins in the next one, for who asks the gate waits meanwhile. One core can no more.
constexpr auto kTurn = 1ms;
constexpr std::size_t kProbesPerTurn = 20;
constexpr std::size_t kLookupsPerTurn = 64;
constexpr auto kSpreadPerDestination = 10ms;  // a first round of 100 destinations a second, or slower if the interval allows
constexpr auto kHousekeeping = 10s;

// "421" closes the channel, "4.7.x" is policy: too many, too often (RFC 5321 3.8, RFC 3463).
bool asks_for_less(const health::LastResult& result) {
  if (result.cause != Cause::kBusy || !result.reply_code) return false;
  return *result.reply_code == 421 || result.greeting.view().substr(0, 8).ends_with(" 4.7.");
}

schedule::Pace pace_of(const health::AddressHealth& health) {
  const Cause last = health.last ? health.last->cause : Cause::kLocalError;
  if (last == Cause::kDeniedAddress) return schedule::Pace::kSteady;
  // While it is us, nobody is asked sooner for it.
  if (last == Cause::kVantageImpaired && health.streak.state() != health::State::kSilent) return schedule::Pace::kSteady;
  if (last == Cause::kVantageImpaired) return schedule::Pace::kSilent;
  if (health.last && asks_for_less(*health.last)) return schedule::Pace::kBusy;
  if (outcome(last) == Outcome::kNotTried) return schedule::Pace::kNotTried;
  if (health.streak.undecided()) return schedule::Pace::kUndecided;
  return health.streak.state() == health::State::kSilent ? schedule::Pace::kSilent : schedule::Pace::kSteady;
}

}  // namespace

Monitor::Monitor(Alarms& alarms, const Clock& clock, MonitorOptions options, Observer& observer, std::uint64_t seed)
    : clock_(clock),
      options_(std::move(options)),
      observer_(observer),
      watchlist_(options_.watch),
      schedule_(options_.pacing, seed),
      budgets_(options_.allowances),
      book_(options_.thresholds),
      doubts_(options_.vantage),
      random_(seed),
      album_(std::make_unique<Album>(*this)),
      wake_(alarms.make([this] {
        waking_at_.reset();
        turn();
      })),
      housekeeping_(alarms.make([this] {
        apply(watchlist_.expire(clock_.now()));
        incidents_.expire(clock_.now());
        settle_doubts(clock_.now());
        turn();
      })) {
  housekeeping_->start_every(kHousekeeping);
}

Monitor::~Monitor() = default;

void Monitor::use(Resolver& resolver) {
  const bool exchanged = resolver_ != nullptr;
  resolver_ = &resolver;
  lookups_in_flight_ = 0;
  if (!exchanged) return configure(std::move(options_));
  controls_.look_up_again(clock_.now().steady);
  for (auto& [name, destination] : destinations_) {
    if (!std::exchange(destination.looking_up, false)) continue;
    lookups_due_.set(destination, clock_.now().steady);
  }
  turn();
}

void Monitor::use(Prober& prober) { prober_ = &prober; }

void Monitor::use(Gatekeeper& gatekeeper) { gatekeeper_ = &gatekeeper; }

void Monitor::configure(MonitorOptions options) {
  options_ = std::move(options);
  schedule_.set_pacing(options_.pacing);
  budgets_.set_allowances(options_.allowances);
  book_.set_thresholds(options_.thresholds);
  doubts_.configure(options_.vantage);
  album_->everybody_changed();
  const SteadyTime now = clock_.now().steady;
  never_probe_ = watch::NeverProbe(options_.never_probe);
  for (auto& [name, destination] : destinations_) {
    if (destination.set) take_set(destination, destination.set, now);
  }
  const auto controls_before = controls_.names();
  move_controls(controls_.configure(options_.controls, now), now);
  for (const DomainName& control : controls_before) doubts_.set_control(control, controls_.paths(control));
  apply(watchlist_.configure(options_.watch, std::exchange(options_.destinations, {}), clock_.now()));
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
  for (const Address& address : asked_by(found->second.set.get())) {
    if (doubts_.trusts(address, now.steady)) schedule_.hurry(address, now.steady);
  }
}

void Monitor::apply(const watch::Changes& changes) {
  for (const DomainName& name : changes.left) {
    if (!visits_.contains(name)) leave(name);
  }
  const Duration spread = spread_for(changes.joined.size());
  for (const DomainName& name : changes.joined) join(name, spread);
  if (!changes.joined.empty()) turn();
}

void Monitor::begin_visit(const DomainName& name) {
  ++visits_[name];
  join(name, 0s);
  const SteadyTime now = clock_.now().steady;
  for (const Address& address : asked_by(destinations_.at(name).set.get())) {
    if (doubts_.trusts(address, now)) schedule_.hurry(address, now);
  }
  turn();
}

void Monitor::end_visit(const DomainName& name) {
  const auto visit = visits_.find(name);
  if (--visit->second > 0) return;
  visits_.erase(visit);
  if (!watchlist_.contains(name)) leave(name);
}

// A few destinations at once, many over up to an interval: no burst at the start.
Duration Monitor::spread_for(std::size_t count) const {
  if (count <= 1) return Duration(0);
  return std::min<Duration>(options_.pacing.interval,
                            kSpreadPerDestination * static_cast<int>(std::min<std::size_t>(count, 10'000'000)));
}

// The name itself while it is not known.
std::string Monitor::provider_of(const DomainName& name) const {
  const auto found = destinations_.find(name);
  return found == destinations_.end() || !found->second.set ? std::string() : std::string(found->second.set->provider.view());
}

std::string_view Monitor::provider_of(const Destination& destination) {
  return destination.set && !destination.set->provider.empty() ? destination.set->provider.view() : destination.name.text();
}

// Nobody while its hosts are not known.
std::string_view Monitor::counted_for(const Destination& destination) {
  return destination.set ? provider_of(destination) : std::string_view();
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
  if (picture_ != nullptr) picture_->moved(destination);
  unsaved_.mark(name);
  tally_.add(counted_for(destination), Verdict::kUnknown);
  std::uniform_int_distribution<Duration::rep> within(0, spread.count());
  lookups_due_.set(destination, now.steady + Duration(within(random_)));
  observer_.destination_joined(name, destination.bounces, now);
}

void Monitor::leave(const DomainName& name) {
  const Now now = clock_.now();
  const auto found = destinations_.find(name);
  if (found == destinations_.end()) return;
  for (const Address& address : asked_by(found->second.set.get())) drop_address(found->second, address, now.steady);
  lookups_due_.erase(found->second);
  if (gatekeeper_ != nullptr) gatekeeper_->forgotten(name);
  tally_.remove(counted_for(found->second), found->second.verdict);
  album_->left(found->second);
  worst_first_.erase(&found->second);
  incidents_.forgotten(name, now);
  unjudged_.erase(name);
  destinations_.erase(found);
  unsaved_.mark(name);
  observer_.destination_left(name, now);
}

void Monitor::turn() {
  const SteadyTime now = clock_.now().steady;
  if (now >= turn_ends_) {
    turn_ends_ = now + kTurn;
    lookups_begun_ = probes_begun_ = 0;
  }
  if (doubts_.next() && *doubts_.next() <= now) settle_doubts(clock_.now());
  begin_lookups(now);
  begin_probes(now);
  wake_when_due(now);
}

void Monitor::begin_lookups(SteadyTime now) {
  while (lookups_begun_ < kLookupsPerTurn && lookups_in_flight_ < kLookupsMax) {
    Destination* const due = lookups_due_.take(now);
    if (due == nullptr) return;
    ++lookups_begun_;
    const DomainName name = due->name;
    due->looking_up = true;
    ++lookups_in_flight_;
    resolver_->resolve(name, [this, name](std::shared_ptr<const MxSet> set) {
      --lookups_in_flight_;  // be it that it left meanwhile
      looked_up(name, std::move(set));
    });
  }
}

void Monitor::begin_probes(SteadyTime now) {
  while (probes_begun_ < kProbesPerTurn && prober_->in_flight() < options_.max_in_flight) {
    const auto due = schedule_.take(now);
    if (!due) return;
    ++probes_begun_;
    if (asking_.contains(due->address)) {  // left and came back while its probe is still under way
      schedule_.settle(due->address, schedule::Pace::kUndecided, now);
      continue;
    }
    if (!due->postponed && postpones(due->address, now)) continue;
    observer_.probe_lagged(due->lag);
    asking_.insert(due->address);
    prober_->probe(due->address);
  }
}

// Networks opened by probe.allow are the operator's own, and have no budget.
bool Monitor::postpones(const Address& address, SteadyTime now) {
  if (!path_to(address).internet) return false;
  const SteadyTime place = budgets_.reserve(address, std::string(subject_of(address).provider.view()), now);
  if (place <= now) return false;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(place - now).count();
  ProbeResult result;
  result.cause = Cause::kOverBudget;
  result.why = "its network or provider was asked often enough; its turn is in " + std::to_string(seconds) + " s";
  observer_.probed(address, result, clock_.now());
  schedule_.postpone(address, place);
  return true;
}

// With no room for more, the next result wakes us; the goodbye of a probe ends without one, so look again soon.
void Monitor::wake_when_due(SteadyTime now) {
  std::optional<SteadyTime> next;
  const auto consider = [&](std::optional<SteadyTime> due, SteadyTime not_before) {
    if (!due) return;
    const SteadyTime at = std::max(*due, not_before);
    next = next ? std::min(*next, at) : at;
  };
  const auto room_at = [&](bool room, bool room_in_turn) { return !room ? now + 20ms : room_in_turn ? now : turn_ends_; };
  consider(lookups_due_.next(), room_at(lookups_in_flight_ < kLookupsMax, lookups_begun_ < kLookupsPerTurn));
  consider(schedule_.next(), room_at(prober_->in_flight() < options_.max_in_flight, probes_begun_ < kProbesPerTurn));
  consider(doubts_.next(), now);
  if (!next || (waking_at_ && *waking_at_ <= *next)) return;
  waking_at_ = *next;
  wake_->start_once(std::max<Duration>(*next - now, 0s));
}

void Monitor::probed(const Address& address, const ProbeResult& result) {
  const Now now = clock_.now();
  look_at_clocks(now);
  asking_.erase(address);
  observer_.probed(address, result, now);

  control_probed(address, result, now.steady);
  const bool wanted = users_.contains(address);  // its last destination may have left while it was asked
  if (wanted || !controls_.at(address).empty()) doubts_.heard(address, subject_of(address), result, now.steady);
  if (wanted && outcome(result.cause) == Outcome::kNoAnswer) {
    book_.asked(address);
    album_->changed(address);
    doubts_.hold_back(address, result, now);
  } else if (wanted) {
    if (outcome(result.cause) == Outcome::kAnswered) doubts_.answered(address);
    record({{address, result, now}}, now);
  }
  settle_doubts(now);
  turn();
}

// Results that count, or are known not to. All are noted before destinations are judged by them: two may be of the same one.
void Monitor::record(const std::vector<Doubts::Judged>& results, Now now) {
  std::vector<std::pair<const Address*, Occasion>> told;
  for (const Doubts::Judged& one : results) {
    if (const auto occasion = note(one, now)) told.emplace_back(&one.address, *occasion);
  }
  for (const auto& [address, occasion] : told) {
    for (Destination* destination : users_.at(*address)) reassess(*destination, now, &occasion);
  }
}

// Empty: it changes nothing for those who use the address.
std::optional<Monitor::Occasion> Monitor::note(const Doubts::Judged& judged, Now now) {
  const auto& [address, result, ended] = judged;
  const auto users = users_.find(address);
  const health::AddressHealth* before = book_.find(address);
  const auto settled_before = before == nullptr ? std::nullopt : before->settled;
  const Occasion occasion{result, before == nullptr ? std::nullopt : before->streak.last(), IncidentEnd::kAnswered};
  const auto last_before = before == nullptr || !before->last ? std::nullopt : std::optional(before->last->cause);

  const health::Transition transition = book_.record(address, result, ended);
  album_->changed(address);
  const health::AddressHealth& health = *book_.find(address);
  schedule_.settle(address, pace_of(health), now.steady);
  if (transition == health::Transition::kChanged) {
    observer_.host_changed(address, health.streak.state() == health::State::kAnswering, health.streak.length(), result, now);
  }
  const bool on_course =
      gatekeeper_ != nullptr && std::any_of(users->second.begin(), users->second.end(),
                                            [&](const Destination* one) { return gatekeeper_->on_course(one->name); });
  if (on_course) schedule_.await(address);
  const bool changes = on_course || health.settled != settled_before || last_before != result.cause;
  return changes ? std::optional(occasion) : std::nullopt;
}

// - set: intervals are steady and go on; holds are let go, for their leases' ends may have moved
// - slept: what was under way timed out with us, and all that came due meanwhile is spread again
void Monitor::look_at_clocks(Now now) {
  const auto jump = clocks_.look(now);
  if (!jump) return;
  const auto seconds = [](Duration time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count());
  };
  const std::string why = jump->step != Duration(0) ? "the system clock was set by " + seconds(jump->step) + " s"
                                                    : "the machine slept for " + seconds(jump->slept) + " s";
  observer_.clock_jumped(why, now);
  if (jump->slept > Duration(0)) doubts_.begin_grace(now.steady);
  schedule_.spread_overdue(spread_for(schedule_.overdue(now.steady)), now.steady);
  if (gatekeeper_ == nullptr) return;
  gatekeeper_->distrust(why);
  gatekeeper_->distrust(doubts_.view().why);
}

void Monitor::settle_doubts(Now now) {
  look_at_clocks(now);  // what waited over a sleep counts no more
  const auto shift = doubts_.look(now.steady);
  if (shift.change) {
    observer_.vantage_changed(shift.change->impaired, shift.change->why, now);
    if (gatekeeper_ != nullptr) gatekeeper_->distrust(shift.change->why);
  }
  if (shift.lost_trust && gatekeeper_ != nullptr) {
    for (auto& [name, destination] : destinations_) {
      if (destination.set && gatekeeper_->on_course(name)) reassess(destination, now);
    }
  }
  record(doubts_.settled(now.steady), now);
  ask_controls_in_doubt(now.steady);
}

Doubts::Subject Monitor::subject_of(const Address& address) const {
  const auto users = users_.find(address);
  if (users == users_.end()) return {SharedText(address.text()), 0};  // a control alone
  const auto& hosts = users->second.front()->set->hosts;
  const auto host = std::ranges::find_if(
      hosts, [&](const MxHost& one) { return std::ranges::find(one.addresses, address) != one.addresses.end(); });
  return {host != hosts.end() ? host->provider : SharedText(address.text()), users->second.size()};
}

void Monitor::reassess(Destination& destination, Now now, const Occasion* occasion) {
  const auto health = health::assess(*destination.set, book_, destination.lookups);
  const Verdict from = destination.verdict;
  rank(destination, destination.bounces, health.verdict);
  keep_history(destination.name, health, occasion, now);
  if (health.verdict != from) {
    tally_.remove(counted_for(destination), from);
    tally_.add(counted_for(destination), health.verdict);
    observer_.verdict_changed(destination.name, from, health.verdict, health.why, now);
  }
  album_->changed(destination);
  tell_gate_of(destination, health, now);  // what follows from the verdict is told after it
}

bool Monitor::WorstFirst::operator()(const Destination* a, const Destination* b) const {
  if (a->bounces != b->bounces) return a->bounces > b->bounces;
  return a->is_silent() != b->is_silent() ? a->is_silent() : a->name < b->name;
}

void Monitor::rank(Destination& destination, std::size_t bounces, Verdict verdict) {
  const bool keeps_place = destination.bounces == bounces && destination.is_silent() == (verdict == Verdict::kUnavailable);
  if (!keeps_place) worst_first_.erase(&destination);
  destination.bounces = bounces;
  destination.verdict = verdict;
  if (keeps_place) return;
  worst_first_.insert(&destination);
  if (picture_ != nullptr) picture_->moved(destination);
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
