// Holds what is written down to the lines it came from: a line's effect and its place together, or neither.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "mxpulse/bounce_event.hpp"
#include "mxpulse/store.hpp"

namespace mxpulse::test {

// Written down apart, a kill between the two would have the line counted twice, or never. The effect it looks for is the
// message among those that bounced.
class CountedLines {
 public:
  // Of the line at `place`, the first is 1.
  void told(std::size_t place, const BounceEvent& event, Now now);
  // What was read and not written down is read again.
  void begin_again();
  // Empty, or which line's effect and place this batch parts. `keeps_all`: nobody had to make room for others.
  std::string why_wrong(const Batch& written, bool keeps_all, Now now);

 private:
  struct Line {
    DomainName destination;
    std::uint64_t message;
    SystemTime time;
    Now read;
  };
  using Subject = std::pair<DomainName, std::uint64_t>;

  std::string effect_without_place(const SavedBounces& saved) const;
  std::string place_without_effect(std::size_t place, const Line& line, const Batch& written, Now now) const;

  std::map<std::size_t, Line> lines_;                                            // by place
  std::map<Subject, std::vector<std::pair<std::size_t, SystemTime>>> messages_;  // place and time of each line about it
  std::size_t written_ = 0;                                                      // the last place
};

}  // namespace mxpulse::test
