// Which subjects changed since somebody last wrote them down.
#pragma once

#include <cstddef>
#include <unordered_set>
#include <utility>
#include <vector>

namespace mxpulse {

inline constexpr std::size_t kUnsavedMax = 1'000'000;  // beyond, all of them are

template <typename Key>
class Unsaved {
 public:
  // Until it is wanted nothing is noted: without a store nobody would ever take it.
  void want() { wanted_ = true; }
  bool wanted() const { return wanted_; }

  void mark(const Key& key) {
    if (!wanted_ || too_many_) return;
    keys_.insert(key);
    if (keys_.size() <= kUnsavedMax) return;
    keys_.clear();
    too_many_ = true;
  }

  std::vector<Key> take() {
    too_many_ = false;
    if (keys_.empty()) return {};  // as most often
    const auto taken = std::exchange(keys_, {});
    return {taken.begin(), taken.end()};
  }

  // So many that they are not told apart any more: everything must be written.
  bool too_many() const { return too_many_; }

 private:
  std::unordered_set<Key> keys_;
  bool wanted_ = false;
  bool too_many_ = false;
};

}  // namespace mxpulse
