// Keys in the order they come due.
#pragma once

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "mxpulse/time.hpp"

namespace mxpulse::schedule {

// A heap in which what was moved or erased stays until it comes up: no key is sought in it. With as many that are outdated as
// are not, it is cleaned, so that it holds twice the keys at most.
template <typename Key>
class DueQueue {
 public:
  // A key has one due time: setting it again moves it.
  void set(const Key& key, SteadyTime due) {
    due_of_.insert_or_assign(key, due);
    heap_.emplace_back(due, key);
    std::push_heap(heap_.begin(), heap_.end(), is_later);
    drop_outdated();
  }

  void erase(const Key& key) {
    if (due_of_.erase(key) > 0) drop_outdated();
  }

  std::optional<SteadyTime> next() const { return heap_.empty() ? std::nullopt : std::optional(heap_.front().first); }

  // Takes out the key that is due longest, with the time it was due at; nothing while none is.
  std::optional<std::pair<SteadyTime, Key>> take(SteadyTime now) {
    if (heap_.empty() || heap_.front().first > now) return std::nullopt;
    auto taken = pop();
    due_of_.erase(taken.second);
    drop_outdated();
    return taken;
  }

  std::optional<SteadyTime> due(const Key& key) const {
    const auto found = due_of_.find(key);
    return found == due_of_.end() ? std::nullopt : std::optional(found->second);
  }

  std::size_t count_due(SteadyTime now) const {
    return static_cast<std::size_t>(
        std::count_if(due_of_.begin(), due_of_.end(), [&](const auto& one) { return one.second <= now; }));
  }

  bool contains(const Key& key) const { return due_of_.contains(key); }
  std::size_t size() const { return due_of_.size(); }

 private:
  using Place = std::pair<SteadyTime, Key>;

  static bool is_later(const Place& one, const Place& other) { return one.first > other.first; }

  bool is_outdated(const Place& place) const {
    const auto found = due_of_.find(place.second);
    return found == due_of_.end() || found->second != place.first;
  }

  Place pop() {
    std::pop_heap(heap_.begin(), heap_.end(), is_later);
    Place last = std::move(heap_.back());
    heap_.pop_back();
    return last;
  }

  // What stands first is what is next.
  void drop_outdated() {
    if (heap_.size() > 2 * due_of_.size()) {
      std::erase_if(heap_, [this](const Place& place) { return is_outdated(place); });
      std::make_heap(heap_.begin(), heap_.end(), is_later);
    }
    while (!heap_.empty() && is_outdated(heap_.front())) pop();
  }

  std::vector<Place> heap_;
  std::unordered_map<Key, SteadyTime> due_of_;
};

}  // namespace mxpulse::schedule
