#include "watch/watchlist.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "mxpulse/stable_hash.hpp"

namespace mxpulse::watch {

Changes Watchlist::configure(Options options, std::vector<DomainName> configured, Now now) {
  options_ = options;
  const auto before = std::exchange(configured_, std::move(configured));
  std::ranges::sort(configured_);
  configured_.erase(std::unique(configured_.begin(), configured_.end()), configured_.end());
  Changes changes;
  std::ranges::set_difference(configured_, before, std::back_inserter(changes.joined));
  std::erase_if(changes.joined, [&](const DomainName& name) { return joined_.contains(name); });
  std::ranges::set_difference(before, configured_, std::back_inserter(changes.left));
  std::erase_if(changes.left, [&](const DomainName& name) { return joined_.contains(name); });
  const Changes expired = expire(now);
  changes.left.insert(changes.left.end(), expired.left.begin(), expired.left.end());
  return changes;
}

Changes Watchlist::record(const BounceEvent& event, Now now) {
  Changes changes;
  if (event.bounce_class != BounceClass::kNoAnswer && event.bounce_class != BounceClass::kDnsTemporary) return changes;
  const SystemTime time = std::min(event.time.value_or(now.system), now.system);  // a stamp from the future is a wrong clock's
  if (time + options_.forget <= now.system) return changes;

  const auto [found, is_new] = bouncing_.try_emplace(event.destination);
  Bouncing& bouncing = found->second;
  if (!is_new) by_last_.erase({bouncing.last, event.destination});
  bouncing.last = is_new ? time : std::max(bouncing.last, time);
  by_last_.insert({bouncing.last, event.destination});

  std::erase_if(bouncing.messages, [&](const auto& message) { return message.second + options_.window <= now.system; });
  const std::uint64_t message = stable_hash(event.queue_id);
  if (time + options_.window > now.system && (bouncing.messages.size() < kMessagesMax || bouncing.messages.contains(message))) {
    bouncing.messages[message] = time;
  }
  if (bouncing.messages.size() >= options_.bounces && joined_.insert(event.destination).second &&
      !configured(event.destination)) {
    changes.joined.push_back(event.destination);
  }
  unsaved_.mark(event.destination);
  make_room(changes);
  return changes;
}

Changes Watchlist::expire(Now now) {
  Changes changes;
  while (!by_last_.empty() && by_last_.begin()->first + options_.forget <= now.system)
    drop(DomainName(by_last_.begin()->second), changes);
  return changes;
}

void Watchlist::resume(const std::vector<SavedBounces>& saved, Now now) {
  for (const SavedBounces& one : saved) {
    const SystemTime last = std::min(one.last, now.system);
    if (last + options_.forget <= now.system) {
      unsaved_.mark(one.destination);
      continue;
    }
    Bouncing bouncing;
    bouncing.last = last;
    for (const SavedMessage& message : one.messages) bouncing.messages[message.message] = std::min(message.time, now.system);
    if (!bouncing_.emplace(one.destination, std::move(bouncing)).second) continue;
    by_last_.insert({last, one.destination});
    if (one.joined) joined_.insert(one.destination);
  }
  Changes unheeded;
  make_room(unheeded);
}

std::optional<SavedBounces> Watchlist::saved(const DomainName& name) const {
  const auto found = bouncing_.find(name);
  if (found == bouncing_.end()) return std::nullopt;
  SavedBounces saved{name, found->second.last, joined_.contains(name), {}};
  for (const auto& [message, time] : found->second.messages) saved.messages.push_back({message, time});
  return saved;
}

std::vector<DomainName> Watchlist::bouncing() const {
  std::vector<DomainName> names;
  names.reserve(bouncing_.size());
  for (const auto& [name, bouncing] : bouncing_) names.push_back(name);
  return names;
}

bool Watchlist::configured(const DomainName& name) const { return std::ranges::binary_search(configured_, name); }

std::size_t Watchlist::bounces(const DomainName& name, Now now) const {
  const auto found = bouncing_.find(name);
  return found == bouncing_.end() ? 0 : count(found->second, now);
}

void Watchlist::drop(const DomainName& name, Changes& changes) {
  const auto found = bouncing_.find(name);
  by_last_.erase({found->second.last, name});
  bouncing_.erase(found);
  unsaved_.mark(name);
  const bool was_watched = joined_.erase(name) > 0 && !configured(name);
  const bool joins_now = std::erase(changes.joined, name) > 0;  // and nobody was told yet
  if (was_watched && !joins_now) changes.left.push_back(name);
}

void Watchlist::make_room(Changes& changes) {
  while (bouncing_.size() > options_.destinations_max) drop(DomainName(by_last_.begin()->second), changes);
}

std::size_t Watchlist::count(const Bouncing& bouncing, Now now) const {
  return static_cast<std::size_t>(std::count_if(bouncing.messages.begin(), bouncing.messages.end(), [&](const auto& message) {
    return message.second + options_.window > now.system;
  }));
}

}  // namespace mxpulse::watch
