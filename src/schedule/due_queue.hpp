// Keys in the order they come due.
#pragma once

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "mxpulse/time.hpp"

namespace mxpulse::schedule {

template <typename Key>
class DueQueue {
 public:
  // A key has one due time: setting it again moves it.
  void set(const Key& key, SteadyTime due) {
    erase(key);
    due_of_.emplace(key, due);
    ordered_.emplace(due, key);
  }

  void erase(const Key& key) {
    const auto found = due_of_.find(key);
    if (found == due_of_.end()) return;
    ordered_.erase({found->second, key});
    due_of_.erase(found);
  }

  std::optional<SteadyTime> next() const { return ordered_.empty() ? std::nullopt : std::optional(ordered_.begin()->first); }

  // Takes out the key that is due longest, with the time it was due at; nothing while none is.
  std::optional<std::pair<SteadyTime, Key>> take(SteadyTime now) {
    if (ordered_.empty() || ordered_.begin()->first > now) return std::nullopt;
    auto taken = *ordered_.begin();
    erase(taken.second);
    return taken;
  }

  std::optional<SteadyTime> due(const Key& key) const {
    const auto found = due_of_.find(key);
    return found == due_of_.end() ? std::nullopt : std::optional(found->second);
  }

  std::size_t count_due(SteadyTime now) const {
    const auto late = std::find_if(ordered_.begin(), ordered_.end(), [&](const auto& one) { return one.first > now; });
    return static_cast<std::size_t>(std::distance(ordered_.begin(), late));
  }

  bool contains(const Key& key) const { return due_of_.contains(key); }
  std::size_t size() const { return due_of_.size(); }

 private:
  std::set<std::pair<SteadyTime, Key>> ordered_;
  std::unordered_map<Key, SteadyTime> due_of_;
};

}  // namespace mxpulse::schedule
