// Monitor's pictures of what it knows, for those who tell it on.
#include "daemon/monitor_picture.hpp"

namespace mxpulse::daemon {

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
  view.greeting = health->last->greeting.view();
  view.why = health->last->why.view();
  return view;
}

}  // namespace

std::size_t Monitor::View::position_of(const MxHost& host, const Address& address) {
  const auto [at, is_new] = positions_.try_emplace({host.name, address}, snapshot_.hosts.size());
  if (is_new) snapshot_.hosts.push_back(view_of(host, address, monitor_.book_.find(address)));
  return at->second;
}

void Monitor::View::add(const Destination& destination, Now now) {
  DestinationView view;
  view.destination = destination.name;
  view.provider = provider_of(destination);
  if (destination.bounces > 0) view.bounces = monitor_.watchlist_.bounces(destination.name, now);
  view.configured = monitor_.watchlist_.configured(destination.name);
  view.watched_since = destination.watched_since;
  view.history = monitor_.incidents_.history(destination.name);
  if (monitor_.gatekeeper_ != nullptr) view.gate = monitor_.gatekeeper_->answer(destination.name);
  if (destination.set) {
    const auto health = health::assess(*destination.set, monitor_.book_, destination.lookups);
    view.verdict = health.verdict;
    view.cause = health.cause;
    view.why = health.why;
    const std::string doubt = view.verdict == Verdict::kUnavailable ? monitor_.doubt_about(destination, now.steady) : "";
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
  if (found != destinations_.end()) View(*this, snapshot).add(found->second, now);
  tell_totals(snapshot);
  return snapshot;
}

}  // namespace mxpulse::daemon
