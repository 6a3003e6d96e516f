#include "daemon/posted_bounces.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bounce/ndjson.hpp"

namespace mxpulse::daemon {

PostedBounces read_posted(std::string_view ndjson, SystemTime now) {
  PostedBounces posted;
  for (std::size_t number = 1; !ndjson.empty(); ++number) {
    const auto end = std::min(ndjson.find('\n'), ndjson.size());
    const auto line = ndjson.substr(0, end);
    ndjson.remove_prefix(std::min(end + 1, ndjson.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    ++posted.lines;
    auto event = bounce::read_json_event(line, now);
    if (event) {
      posted.events.push_back(std::move(*event));
      continue;
    }
    if (++posted.left_out == 1) posted.why = event.why();
    if (posted.left_out_first.size() < kLeftOutTold) posted.left_out_first.push_back(number);
  }
  return posted;
}

std::string posted_json(const PostedBounces& posted) {
  nlohmann::ordered_json answer{{"taken", posted.events.size()}, {"left_out", posted.left_out}};
  if (posted.left_out > 0) {
    answer["lines"] = posted.left_out_first;
    answer["why"] = "line " + std::to_string(posted.left_out_first.front()) + ": " + posted.why;
  }
  return answer.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string not_written_json(std::string_view why) {
  const nlohmann::ordered_json answer{{"taken", 0}, {"why", "not written down, send it again: " + std::string(why)}};
  return answer.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace mxpulse::daemon
