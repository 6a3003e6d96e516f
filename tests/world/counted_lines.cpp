#include "world/counted_lines.hpp"

#include <algorithm>

#include "mxpulse/stable_hash.hpp"
#include "watch/watchlist.hpp"

namespace mxpulse::test {

void CountedLines::told(std::size_t place, const BounceEvent& event, Now now) {
  if (event.bounce_class != BounceClass::kNoAnswer && event.bounce_class != BounceClass::kDnsTemporary) return;
  const SystemTime time = std::min(event.time.value_or(now.system), now.system);
  const std::uint64_t message = stable_hash(event.queue_id);
  lines_.insert_or_assign(place, Line{event.destination, message, time, now});
  messages_[{event.destination, message}].emplace_back(place, time);
}

void CountedLines::begin_again() {
  lines_.erase(lines_.upper_bound(written_), lines_.end());
  for (auto& [subject, told] : messages_) std::erase_if(told, [&](const auto& one) { return one.first > written_; });
}

std::string CountedLines::why_wrong(const Batch& written, bool keeps_all, Now now) {
  const std::size_t before = written_;
  for (const SavedPosition& one : written.changed.positions) written_ = std::stoul(one.position);
  for (const SavedBounces& one : written.changed.bounces)
    if (auto why = effect_without_place(one); !why.empty()) return why;
  if (!keeps_all) return "";
  for (auto line = lines_.upper_bound(before); line != lines_.end() && line->first <= written_; ++line)
    if (auto why = place_without_effect(line->first, line->second, written, now); !why.empty()) return why;
  return "";
}

// A message as it bounced last, which some line that is never read again must tell of.
std::string CountedLines::effect_without_place(const SavedBounces& saved) const {
  for (const SavedMessage& one : saved.messages) {
    const auto told = messages_.find({saved.destination, one.message});
    const bool stands = told != messages_.end() && std::any_of(told->second.begin(), told->second.end(), [&](const auto& line) {
                          return line.first <= written_ && line.second >= one.time;
                        });
    if (!stands) return "a bounce of " + saved.destination.text() + " is written down, and its line will be read again";
  }
  return "";
}

std::string CountedLines::place_without_effect(std::size_t place, const Line& line, const Batch& written, Now now) const {
  // A later line about the same message says how it stands, by a clock that may have been set back since.
  const auto& told = messages_.at({line.destination, line.message});
  if (std::any_of(told.begin(), told.end(), [&](const auto& one) { return one.first > place && one.first <= written_; }))
    return "";
  const Duration window = watch::Options{}.window;
  const bool counts = line.time + window > std::max(now.system, line.read.system) && set_between(line.read, now) == Duration(0);
  if (!counts) return "";
  const auto& all = written.changed.bounces;
  const auto row = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.destination == line.destination; });
  const bool there = row != all.end() && (row->messages.size() >= watch::kMessagesMax ||
                                          std::any_of(row->messages.begin(), row->messages.end(),
                                                      [&](const auto& one) { return one.message == line.message; }));
  if (there) return "";
  return "a line of a bounce of " + line.destination.text() + " will not be read again, and what it did is not written down";
}

}  // namespace mxpulse::test
