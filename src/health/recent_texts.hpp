// The texts that came last.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "mxpulse/shared_text.hpp"

namespace mxpulse::health {

// Gives out a text that came lately as the one it was then: the same few reasons come again and again.
class RecentTexts {
 public:
  SharedText get(std::string_view text) {
    const auto found = std::ranges::find(texts_, text, &SharedText::view);
    if (found != texts_.end()) return *found;
    return texts_[next_++ % texts_.size()] = SharedText(text);
  }

 private:
  std::array<SharedText, 16> texts_;
  std::size_t next_ = 0;
};

}  // namespace mxpulse::health
