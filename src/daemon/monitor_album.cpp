#include "daemon/monitor_album.hpp"

#include <algorithm>

namespace mxpulse::daemon {
namespace {

const Shared<HostView>& nobody() {
  static const Shared<HostView> nobody{HostView{}};
  return nobody;
}

}  // namespace

void Monitor::Album::changed(const Address& address) {
  const auto [begin, end] = positions_.equal_range(address);
  for (auto at = begin; at != end; ++at) hosts_[at->second].changed = true;
}

void Monitor::Album::changed(const Destination& destination) {
  const auto kept = destinations_.find(&destination);
  if (kept != destinations_.end()) kept->second.changed = true;
}

void Monitor::Album::left(const Destination& destination) {
  if (shows(destination)) --shown_;
  destinations_.erase(&destination);
}

void Monitor::Album::begin_picture() {
  ++picture_;
  shown_ = 0;
}

void Monitor::Album::look_at_trust(SteadyTime now) {
  const auto trust = monitor_.doubts_.trust(now);
  if (std::exchange(trust_, trust) != trust) everybody_changed();
}

bool Monitor::Album::shows(const Destination& destination) const {
  const auto kept = destinations_.find(&destination);
  return kept != destinations_.end() && kept->second.picture == picture_;
}

void Monitor::Album::show(const Destination& destination, Now now) {
  Kept& kept = destinations_[&destination];
  if (kept.picture != picture_) ++shown_;
  kept.picture = picture_;
  if (is_true(kept, destination, now)) return;
  kept.view = monitor_.view_of(
      destination, [this](const MxHost& host, const Address& address) { return position_of(host, address); }, now);
  kept.drawn = ++drawings_;
  kept.changed = false;
}

bool Monitor::Album::is_true(const Kept& kept, const Destination& destination, Now now) {
  if (!kept.view || kept.changed || kept.drawn < everybody_changed_) return false;
  const DestinationView& view = *kept.view;
  bool is_true = view.bounces == monitor_.bounces_of(destination, now) && view.gate == monitor_.gate_of(destination);
  for (const HostChoice& choice : view.hosts) {
    KeptHost& host = hosts_[choice.host];
    look_again(host);
    is_true = is_true && host.drawn < kept.drawn;
  }
  return is_true;
}

std::size_t Monitor::Album::position_of(const MxHost& host, const Address& address) {
  const auto [begin, end] = positions_.equal_range(address);
  const auto known = std::find_if(begin, end, [&](const auto& one) { return hosts_[one.second].view->host == host.name; });
  if (known != end) {
    look_again(hosts_[known->second]);
    return known->second;
  }
  std::size_t position = hosts_.size();
  if (free_.empty()) {
    hosts_.push_back({nobody()});
  } else {
    position = free_.back();
    free_.pop_back();
  }
  positions_.emplace(address, position);
  hosts_[position] = {monitor_.view_of(host.name, host.provider.view(), address), ++drawings_, picture_};
  return position;
}

void Monitor::Album::look_again(KeptHost& kept) {
  kept.picture = picture_;
  if (!kept.changed && kept.drawn >= everybody_changed_) return;
  kept.view = monitor_.view_of(kept.view->host, kept.view->provider, kept.view->address);
  kept.drawn = ++drawings_;
  kept.changed = false;
}

void Monitor::Album::end_picture(Snapshot& snapshot) {
  snapshot.destinations.reserve(shown_);
  for (auto kept = destinations_.begin(); kept != destinations_.end();) {
    const bool is_shown = kept->second.picture == picture_;
    if (is_shown) snapshot.destinations.push_back(*kept->second.view);
    kept = is_shown ? std::next(kept) : destinations_.erase(kept);
  }
  snapshot.hosts.reserve(hosts_.size());
  for (std::size_t position = 0; position < hosts_.size(); ++position) {
    KeptHost& kept = hosts_[position];
    if (kept.picture != picture_ && !kept.view->host.empty()) {
      const auto [begin, end] = positions_.equal_range(kept.view->address);
      positions_.erase(std::find_if(begin, end, [&](const auto& one) { return one.second == position; }));
      kept = {nobody()};
      free_.push_back(position);
    }
    snapshot.hosts.push_back(kept.view);
  }
}

}  // namespace mxpulse::daemon
