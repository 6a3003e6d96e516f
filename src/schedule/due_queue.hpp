// Records in the order they come due.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "mxpulse/time.hpp"

namespace mxpulse::schedule {

// Part of a record that queues: where it stands, be it in one queue or in another.
class DuePlace {
  template <typename Record, auto place>
  friend class DueQueue;
  std::uint32_t index_ = 0;  // counts while that record stands there
};

// A heap that tells its records where they stand: none is sought, and no table of their times is kept beside it. `place` gives
// the DuePlace of a record: a pointer to the member, or a function. A record waits in one queue at a time, stays where it is in
// memory, and is erased before it goes. What that saves is in tests/bench/README.md.
template <typename Record, auto place>
class DueQueue {
 public:
  // A record has one due time: setting it again moves it.
  void set(Record& record, SteadyTime due) {
    const std::size_t hole = contains(record) ? index_of(record) : heap_.size();
    if (hole == heap_.size()) heap_.emplace_back();
    fill(hole, {due, &record});
  }

  void erase(Record& record) {
    if (!contains(record)) return;
    const Waiting last = heap_.back();
    heap_.pop_back();
    if (last.record != &record) fill(index_of(record), last);
  }

  std::optional<SteadyTime> next() const { return heap_.empty() ? std::nullopt : std::optional(heap_.front().due); }

  // Takes out the record that is due longest; null while none is.
  Record* take(SteadyTime now) {
    if (heap_.empty() || heap_.front().due > now) return nullptr;
    Record* const first = heap_.front().record;
    erase(*first);
    return first;
  }

  std::optional<SteadyTime> due(Record& record) const {
    return contains(record) ? std::optional(heap_[index_of(record)].due) : std::nullopt;
  }

  std::size_t count_due(SteadyTime now) const {
    return static_cast<std::size_t>(std::count_if(heap_.begin(), heap_.end(), [&](const Waiting& one) { return one.due <= now; }));
  }

  bool contains(Record& record) const {
    return index_of(record) < heap_.size() && heap_[index_of(record)].record == &record;
  }

 private:
  struct Waiting {
    SteadyTime due;
    Record* record = nullptr;
  };

  static constexpr std::size_t kChildren = 4;  // half the levels of two, and half the records told that they moved

  static std::size_t index_of(Record& record) { return std::invoke(place, record).index_; }

  // Puts it into the hole, or where its time belongs above or below.
  void fill(std::size_t hole, Waiting waiting) {
    for (; hole > 0 && waiting.due < heap_[parent(hole)].due; hole = parent(hole)) put(hole, heap_[parent(hole)]);
    for (std::size_t child = earliest_child(hole); child < heap_.size() && heap_[child].due < waiting.due; child = earliest_child(hole)) {
      put(hole, heap_[child]);
      hole = child;
    }
    put(hole, waiting);
  }

  void put(std::size_t index, Waiting waiting) {
    heap_[index] = waiting;
    std::invoke(place, *waiting.record).index_ = static_cast<std::uint32_t>(index);
  }

  static std::size_t parent(std::size_t index) { return (index - 1) / kChildren; }

  // The child that is due first; beyond the end: none.
  std::size_t earliest_child(std::size_t index) const {
    const std::size_t begin = index * kChildren + 1;
    std::size_t first = begin;
    for (std::size_t child = begin; child < std::min(begin + kChildren, heap_.size()); ++child) {
      if (heap_[child].due < heap_[first].due) first = child;
    }
    return first;
  }

  std::vector<Waiting> heap_;
};

}  // namespace mxpulse::schedule
