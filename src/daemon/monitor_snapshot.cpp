// Monitor's pictures of what it knows, for those who tell it on.
#include <algorithm>
#include <map>

#include "daemon/monitor.hpp"

namespace mxpulse::daemon {

// Adds destinations to a snapshot, each host once.
class Monitor::View {
 public:
  View(const Monitor& monitor, Snapshot& snapshot, Now now) : monitor_(monitor), snapshot_(snapshot), now_(now) {}

  void add(const Destination& destination);

 private:
  std::size_t position_of(const MxHost& host, const Address& address);

  const Monitor& monitor_;
  Snapshot& snapshot_;
  Now now_;
  std::map<std::pair<DomainName, Address>, std::size_t> positions_;
};

namespace {

HostView view_of(const MxHost& host, const Address& address, const health::AddressHealth* health) {
  HostView view;
  view.host = host.name;
  view.address = address;
  view.provider = host.provider;
  if (health == nullptr) return view;
  if (health->streak.state() != health::State::kUnknown) view.answering = health->streak.state() == health::State::kAnswering;
  view.streak = health->streak.length();
  view.since = health->streak.first();
  view.last_probe = health->last_asked;
  view.answers_mta_only = health->answers_mta_only();
  if (!health->last) return view;
  view.cause = health->last->cause;
  view.connect_time = health->last->connect_time;
  view.greeting_time = health->last->greeting_time;
  view.reply_code = health->last->reply_code;
  view.greeting = health->last->greeting;
  view.why = health->last->why;
  return view;
}

}  // namespace

std::size_t Monitor::View::position_of(const MxHost& host, const Address& address) {
  const auto [at, is_new] = positions_.try_emplace({host.name, address}, snapshot_.hosts.size());
  if (is_new) snapshot_.hosts.push_back(view_of(host, address, monitor_.book_.find(address)));
  return at->second;
}

void Monitor::View::add(const Destination& destination) {
  DestinationView view;
  view.destination = destination.name;
  view.provider = provider_of(destination);
  view.bounces = monitor_.watchlist_.bounces(destination.name, now_);
  view.configured = monitor_.watchlist_.configured(destination.name);
  view.watched_since = destination.watched_since;
  view.history = monitor_.incidents_.history(destination.name);
  if (monitor_.gatekeeper_ != nullptr) view.gate = monitor_.gatekeeper_->answer(destination.name);
  if (destination.set) {
    const auto health = health::assess(*destination.set, monitor_.book_, destination.lookups);
    view.verdict = health.verdict;
    view.cause = health.cause;
    view.why = health.why;
    const std::string doubt = view.verdict == Verdict::kUnavailable ? monitor_.doubt_about(destination, now_.steady) : "";
    if (!doubt.empty()) view.why += "; " + doubt;
    view.streak = health.streak;
    view.since = health.since;
    view.stale_dns = destination.set->stale;
    for (const auto& asked : health::asked_addresses(*destination.set)) {
      const MxHost& host = destination.set->hosts[asked.host];
      view.hosts.push_back({position_of(host, asked.address), host.preference});
    }
  }
  snapshot_.destinations.push_back(std::move(view));
}

Snapshot Monitor::totals(Now now) const {
  Snapshot snapshot;
  snapshot.taken = now.system;
  snapshot.vantage = doubts_.view();
  snapshot.verdicts = tally_.all();
  snapshot.providers = tally_.worst(kProvidersMax);
  snapshot.probes_in_flight = prober_->in_flight();
  if (gatekeeper_ != nullptr) {
    snapshot.gate_mode = gatekeeper_->mode();
    snapshot.held = gatekeeper_->held_count();
  }
  return snapshot;
}

// Bounces grow old with nobody told. The count that ranks a destination is set right when it is looked at, so that a snapshot
// costs what it shows, not what is watched.
std::vector<const Monitor::Destination*> Monitor::worst(std::size_t count, Now now) {
  std::vector<const Destination*> found;
  std::vector<Destination*> outdated;
  for (Destination* one : worst_first_) {
    if (found.size() == count) break;
    found.push_back(one);
    if (watchlist_.bounces(one->name, now) != one->bounces) outdated.push_back(one);
  }
  for (Destination* one : outdated) rank(*one, watchlist_.bounces(one->name, now), one->verdict);
  return found;
}

Snapshot Monitor::snapshot(std::size_t destinations_max) {
  const Now now = clock_.now();
  Snapshot snapshot = totals(now);
  View view(*this, snapshot, now);
  for (const Destination* one : worst(destinations_max, now)) view.add(*one);
  std::ranges::sort(snapshot.destinations, [](const DestinationView& a, const DestinationView& b) {
    if (a.bounces != b.bounces) return a.bounces > b.bounces;
    if (a.streak != b.streak) return a.streak > b.streak;
    return a.destination < b.destination;
  });
  return snapshot;
}

Snapshot Monitor::snapshot_of(const DomainName& name) const {
  const Now now = clock_.now();
  Snapshot snapshot = totals(now);
  const auto found = destinations_.find(name);
  if (found != destinations_.end()) View(*this, snapshot, now).add(found->second);
  return snapshot;
}

}  // namespace mxpulse::daemon
