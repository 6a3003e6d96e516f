// How the monitor takes the hosts of a destination, as its lookups tell them.
#include <algorithm>
#include <tuple>

#include "daemon/monitor_album.hpp"

namespace mxpulse::daemon {
namespace {

// What a lookup says about the name's servers: they answer, be it that the domain takes no mail, or they do not, for the name or
// for one of its hosts.
Outcome outcome_of(const MxSet& set) {
  if (set.failure) return outcome(*set.failure) == Outcome::kUnusable ? Outcome::kAnswered : outcome(*set.failure);
  const auto some_host_is = [&](Outcome one) {
    return std::any_of(set.hosts.begin(), set.hosts.end(),
                       [&](const MxHost& host) { return host.failure && outcome(*host.failure) == one; });
  };
  if (some_host_is(Outcome::kNoAnswer)) return Outcome::kNoAnswer;
  return some_host_is(Outcome::kNotTried) ? Outcome::kNotTried : Outcome::kAnswered;
}

// Whatever order the resolver gives them.
bool has_same_hosts(const MxSet& one, const MxSet& other) {
  const auto is_among = [](const MxHost& host, const MxSet& set) {
    return std::any_of(set.hosts.begin(), set.hosts.end(), [&](const MxHost& candidate) {
      return candidate.preference == host.preference && candidate.name == host.name &&
             std::is_permutation(candidate.addresses.begin(), candidate.addresses.end(), host.addresses.begin(),
                                 host.addresses.end());
    });
  };
  return one.hosts.size() == other.hosts.size() &&
         std::all_of(one.hosts.begin(), one.hosts.end(), [&](const MxHost& host) { return is_among(host, other); });
}

// But for whom it was looked up.
bool is_alike(const MxSet& one, const MxSet& other) {
  const auto parts = [](const MxSet& set) {
    return std::tie(set.hosts, set.hosts_omitted, set.implicit, set.stale, set.fresh, set.failure, set.why, set.provider);
  };
  return parts(one) == parts(other);
}

}  // namespace

void Monitor::looked_up(const DomainName& name, std::shared_ptr<const MxSet> set) {
  const auto found = destinations_.find(name);
  if (found == destinations_.end() || !found->second.looking_up) return;  // left meanwhile
  const Now now = clock_.now();
  Destination& destination = found->second;
  destination.looking_up = false;

  const bool not_asked = set->failure && outcome(*set->failure) == Outcome::kNotTried;  // no resolver, or no socket
  if (set->fresh && !set->stale) {
    doubts_.looked_up(name, not_asked ? set->failure : std::nullopt);
    settle_doubts(now);
    // Asked while our servers are known to answer: that these names fail is then no sign against them.
    if (!not_asked) look_up_controls(now.steady);
  }
  // One failure that the cache repeats is one failure.
  const auto [answered_before, failed_before] = std::pair(destination.lookups.state(), destination.lookups.length());
  if (set->fresh) destination.lookups.record(outcome_of(*set), options_.thresholds, now);
  const bool same_streak = destination.lookups.state() == answered_before && destination.lookups.length() == failed_before;
  if (!same_streak || destination.set == nullptr || !has_same_hosts(*destination.set, *set)) unsaved_.mark(name);
  // While we cannot ask, the hosts known before are still the best guess.
  const bool keep_old = destination.set != nullptr && not_asked;
  if (!keep_old) {
    const auto before = destination.set;  // whose provider's name is meant
    const std::string_view counted_before = counted_for(destination);
    take_set(destination, std::move(set), now.steady);
    if (counted_for(destination) != counted_before) {
      tally_.remove(counted_before, destination.verdict);
      tally_.add(counted_for(destination), destination.verdict);
    }
  }
  judge_what_waits(destination, now);
  const bool again_soon = destination.lookups.undecided() || not_asked;
  lookups_due_.set(destination, now.steady + (again_soon ? options_.pacing.interval_undecided : options_.pacing.interval));
  reassess(destination, now);
  turn();
}

void Monitor::take_set(Destination& destination, std::shared_ptr<const MxSet> set, SteadyTime now) {
  const auto before = asked_by(destination.set.get());
  destination.set = shared(never_probe_.spare(destination.name, std::move(set)));
  take_addresses(destination, before, now);
}

// Most destinations of a large sender are at few providers: those with the same hosts keep one set.
std::shared_ptr<const MxSet> Monitor::shared(std::shared_ptr<const MxSet> set) const {
  const auto asked = asked_by(set.get());
  const auto users = asked.empty() ? users_.end() : users_.find(asked.front());
  if (users == users_.end()) return set;
  const auto& other = users->second.front()->set;
  return other != nullptr && is_alike(*other, *set) ? other : set;
}

// Of no set: none.
std::vector<Address> Monitor::asked_by(const MxSet* set) {
  std::vector<Address> addresses;
  if (set == nullptr) return addresses;
  for (const auto& asked : health::asked_addresses(*set)) addresses.push_back(asked.address);
  return addresses;
}

void Monitor::take_addresses(Destination& destination, const std::vector<Address>& before, SteadyTime now) {
  const auto wanted = asked_by(destination.set.get());
  const auto contains = [](const std::vector<Address>& all, const Address& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  const bool is_awaited = destination.bounces > 0 || visits_.contains(destination.name);
  for (const Address& address : wanted) {
    if (contains(before, address)) continue;
    auto& users = users_[address];
    users.push_back(&destination);
    schedule_.add(address, now);
    const bool is_control = !controls_.at(address).empty();  // whose address has its own, long interval
    if (users.size() == 1 && (is_awaited || is_control)) schedule_.hurry(address, now);
  }
  for (const Address& address : before) {
    if (!contains(wanted, address)) drop_address(destination, address, now);
  }
}

void Monitor::drop_address(Destination& destination, const Address& address, SteadyTime now) {
  const auto users = users_.find(address);
  std::erase(users->second, &destination);
  schedule_.remove(address, now);
  if (!users->second.empty()) return;
  users_.erase(users);
  book_.forget(address);
  album_->changed(address);
  doubts_.forget(address);
}

}  // namespace mxpulse::daemon
