// Monitor's pictures of what it knows, for those who tell it on.
#include "daemon/monitor_picture.hpp"

namespace mxpulse::daemon {

// An address of a host, as a sender would know it.
HostView Monitor::view_of(const DomainName& host, std::string_view provider, const Address& address) const {
  HostView view;
  view.host = host;
  view.address = address;
  view.provider = provider;
  const health::AddressHealth* health = book_.find(address);
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
  view.greeting = health->last->greeting.view();
  view.why = health->last->why.view();
  return view;
}

DestinationView Monitor::view_of(const Destination& destination, const PositionOf& position_of, Now now) const {
  DestinationView view;
  view.destination = destination.name;
  view.provider = provider_of(destination);
  view.bounces = bounces_of(destination, now);
  view.configured = watchlist_.configured(destination.name);
  view.watched_since = destination.watched_since;
  view.history = incidents_.history(destination.name);
  view.gate = gate_of(destination);
  if (!destination.set) return view;
  const auto health = health::assess(*destination.set, book_, destination.lookups);
  view.verdict = health.verdict;
  view.cause = health.cause;
  view.why = health.why;
  const std::string doubt = view.verdict == Verdict::kUnavailable ? doubt_about(destination, now.steady) : "";
  if (!doubt.empty()) view.why += "; " + doubt;
  view.streak = health.streak;
  view.since = health.since;
  view.stale_dns = destination.set->stale;
  for (const auto& asked : health::asked_addresses(*destination.set)) {
    const MxHost& host = destination.set->hosts[asked.host];
    view.hosts.push_back({position_of(host, asked.address), host.preference});
  }
  return view;
}

// Bounces grow old with nobody told.
std::size_t Monitor::bounces_of(const Destination& destination, Now now) const {
  return destination.bounces == 0 ? 0 : watchlist_.bounces(destination.name, now);
}

GateAnswer Monitor::gate_of(const Destination& destination) const {
  return gatekeeper_ == nullptr ? GateAnswer() : gatekeeper_->answer(destination.name);
}

void Monitor::tell_totals(Snapshot& snapshot) const {
  snapshot.vantage = doubts_.view();
  snapshot.verdicts = tally_.all();
  snapshot.providers = tally_.worst(kProvidersMax);
  snapshot.probes_in_flight = prober_->in_flight();
  if (gatekeeper_ == nullptr) return;
  snapshot.gate_mode = gatekeeper_->mode();
  snapshot.held = gatekeeper_->held_count();
}

Snapshot Monitor::snapshot(std::size_t destinations_max) {
  begin_picture(destinations_max);
  draw([] { return false; });
  Snapshot snapshot = take_picture();
  put_worst_first(snapshot);
  return snapshot;
}

Load Monitor::load() const {
  return {destinations_.size(), watchlist_.size(), lookups_in_flight_,  users_.size(),
          book_.size(),         schedule_.size(),  doubts_.held_back(), incidents_.size()};
}

Snapshot Monitor::snapshot_of(const DomainName& name) const {
  const Now now = clock_.now();
  Snapshot snapshot;
  snapshot.taken = now.system;
  const auto found = destinations_.find(name);
  const auto add = [&](const MxHost& host, const Address& address) {
    snapshot.hosts.push_back(view_of(host.name, host.provider.view(), address));
    return snapshot.hosts.size() - 1;
  };
  if (found != destinations_.end()) snapshot.destinations.push_back(view_of(found->second, add, now));
  tell_totals(snapshot);
  return snapshot;
}

}  // namespace mxpulse::daemon
