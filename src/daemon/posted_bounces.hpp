// Bounce events that an HTTP client posts: NDJSON -> events, and the answer.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mxpulse/bounce_event.hpp"
#include "mxpulse/time.hpp"

namespace mxpulse::daemon {

inline constexpr std::size_t kLeftOutTold = 20;

struct PostedBounces {
  std::vector<BounceEvent> events;
  std::size_t lines = 0;                      // empty ones are not counted
  std::size_t left_out = 0;                   // lines that are no event
  std::vector<std::size_t> left_out_first{};  // the numbers, from 1, of the first kLeftOutTold of them
  std::string why{};                          // what is wrong with the very first, and the mend
};

// Any bytes. Pure.
PostedBounces read_posted(std::string_view ndjson, SystemTime now);

// {"taken":2,"left_out":1,"lines":[3],"why":"line 3: ..."}: what the client is told when the events are counted.
std::string posted_json(const PostedBounces& posted);
// {"taken":0,"why":"..."}: they count, and may be forgotten. Sent again, a message counts once.
std::string not_written_json(std::string_view why);

}  // namespace mxpulse::daemon
