#include "daemon/monitor_picture.hpp"

#include <algorithm>
#include <utility>

namespace mxpulse::daemon {

Monitor::Picture::Picture(Monitor& monitor, std::size_t destinations_max)
    : monitor_(monitor), album_(*monitor.album_), destinations_max_(destinations_max) {
  album_.begin_picture();
  snapshot_.taken = monitor.clock_.now().system;
}

// Bounces grow old with nobody told. The count that ranks a destination is set right when it is looked at, so that a snapshot
// costs what it shows, not what is watched.
bool Monitor::Picture::draw(const std::function<bool()>& is_over) {
  const Now now = monitor_.clock_.now();
  album_.look_at_trust(now.steady);
  const auto& ranks = monitor_.worst_first_;
  std::vector<std::pair<Destination*, std::size_t>> outdated;
  auto next = last_ ? ranks.upper_bound(&*last_) : ranks.begin();
  bool goes_on = true;
  for (; goes_on && !is_enough() && next != ranks.end(); ++next) {
    Destination& destination = **next;
    if (!album_.shows(destination)) album_.show(destination, now);
    stand_at(destination);
    const std::size_t bounces = monitor_.bounces_of(destination, now);
    if (bounces != destination.bounces) outdated.emplace_back(&destination, bounces);
    goes_on = !is_over();
  }
  const bool is_through = is_enough() || next == ranks.end();
  for (const auto& [destination, bounces] : outdated) monitor_.rank(*destination, bounces, destination->verdict);
  if (is_through && !is_whole_) finish(now);
  return is_through;
}

void Monitor::Picture::stand_at(const Destination& destination) {
  if (!last_) last_.emplace();
  last_->name = destination.name;
  last_->bounces = destination.bounces;
  last_->verdict = destination.verdict;
}

void Monitor::Picture::moved(const Destination& destination) {
  if (last_ && !is_whole_ && !album_.shows(destination) && WorstFirst()(&destination, &*last_)) moved_.push_back(destination.name);
}

void Monitor::Picture::finish(Now now) {
  is_whole_ = true;
  for (const DomainName& name : moved_) {
    const auto found = monitor_.destinations_.find(name);
    if (found != monitor_.destinations_.end()) album_.show(found->second, now);
  }
  album_.end_picture(snapshot_);
  monitor_.tell_totals(snapshot_);
}

void Monitor::begin_picture(std::size_t destinations_max) { picture_ = std::make_unique<Picture>(*this, destinations_max); }

bool Monitor::draw(const std::function<bool()>& is_over) { return picture_->draw(is_over); }

Snapshot Monitor::take_picture() { return std::exchange(picture_, nullptr)->take(); }

void put_worst_first(Snapshot& picture) {
  std::ranges::sort(picture.destinations, [](const DestinationView& a, const DestinationView& b) {
    if (a.bounces != b.bounces) return a.bounces > b.bounces;
    if (a.streak != b.streak) return a.streak > b.streak;
    return a.destination < b.destination;
  });
}

}  // namespace mxpulse::daemon
