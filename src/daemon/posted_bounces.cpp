#include "daemon/posted_bounces.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bounce/log_parser.hpp"

namespace mxpulse::daemon {

PostedBounces read_posted(std::string_view ndjson, SystemTime now) {
  PostedBounces posted;
  const auto parser = bounce::make_ndjson_parser();
  for (std::size_t number = 1; !ndjson.empty(); ++number) {
    const auto end = std::min(ndjson.find('\n'), ndjson.size());
    const auto line = ndjson.substr(0, end);
    ndjson.remove_prefix(std::min(end + 1, ndjson.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    ++posted.lines;
    const auto before = posted.events.size();
    parser->take(line, now, [&](const BounceEvent& event) { posted.events.push_back(event); });
    if (posted.events.size() > before) continue;
    ++posted.left_out;
    if (posted.left_out_first.size() < kLeftOutTold) posted.left_out_first.push_back(number);
  }
  return posted;
}

std::string posted_json(const PostedBounces& posted) {
  nlohmann::ordered_json answer{{"taken", posted.events.size()}, {"left_out", posted.left_out}};
  if (posted.left_out > 0) {
    answer["lines"] = posted.left_out_first;
    answer["why"] = "line " + std::to_string(posted.left_out_first.front()) +
                    ": not a JSON object with a destination or a recipient; write it like mxpulse classify does";
  }
  return answer.dump() + "\n";
}

}  // namespace mxpulse::daemon
