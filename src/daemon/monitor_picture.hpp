// A snapshot that Monitor draws bit by bit.
#pragma once

#include <functional>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "daemon/monitor.hpp"

namespace mxpulse::daemon {

// Adds destinations to a snapshot, each host once.
class Monitor::View {
 public:
  View(const Monitor& monitor, Snapshot& snapshot) : monitor_(monitor), snapshot_(snapshot) {}

  void add(const Destination& destination, Now now);

 private:
  using Place = std::pair<DomainName, Address>;
  struct PlaceHash {  // few names share an address
    std::size_t operator()(const Place& place) const { return std::hash<Address>{}(place.second); }
  };

  std::size_t position_of(const MxHost& host, const Address& address);

  const Monitor& monitor_;
  Snapshot& snapshot_;
  std::unordered_map<Place, std::size_t, PlaceHash> positions_;
};

// Goes down the ranks to the end or until it shows enough. Who moves from below the place where it stands to above would be
// missed: their series would end for a scrape, and with them the patience of an alert.
class Monitor::Picture {
 public:
  Picture(Monitor& monitor, std::size_t destinations_max);

  bool draw(const std::function<bool()>& is_over);
  Snapshot take() { return std::move(snapshot_); }

  void moved(const Destination& destination);
  void left(const DomainName& name) { left_.push_back(name); }

 private:
  bool is_enough() const { return snapshot_.destinations.size() >= destinations_max_; }
  bool shows(const Destination& destination) const { return destination.picture == number_; }
  void show(Destination& destination, Now now);
  void stand_at(const Destination& destination);
  void finish(Now now);

  Monitor& monitor_;
  std::size_t destinations_max_;
  std::uint32_t number_;
  Snapshot snapshot_;
  View view_;
  std::optional<Destination> last_;  // looked at, with the rank that it had then
  std::vector<DomainName> moved_;    // from below that to above
  std::vector<DomainName> left_;     // since it was begun
  bool is_whole_ = false;
};

}  // namespace mxpulse::daemon
