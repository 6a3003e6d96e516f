// The door to what outlasts us.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "mxpulse/saved.hpp"

namespace mxpulse {

// What changed since the last batch, all of one moment: effects, and the feed positions they came from.
struct Batch {
  bool everything = false;  // it is all there is: what the store had before is gone
  Saved changed;
  std::vector<Address> addresses_gone;
  std::vector<DomainName> destinations_gone;
  std::vector<DomainName> bounces_gone;
  std::vector<DomainName> courses_gone;
  std::vector<DomainName> histories_gone;

  bool empty() const {
    return !everything && changed.addresses.empty() && changed.destinations.empty() && changed.bounces.empty() &&
           changed.positions.empty() && changed.courses.empty() && changed.histories.empty() && addresses_gone.empty() &&
           destinations_gone.empty() && bounces_gone.empty() && courses_gone.empty() && histories_gone.empty();
  }
};

enum class WriteEnd : std::uint8_t {
  kTaken,             // it outlasts a kill and a power failure from now on
  kFailed,            // nothing of it was taken; later it may be
  kEverythingWanted,  // nothing of it was taken: the store begins anew, and wants a batch of everything next
};

struct Written {
  WriteEnd end = WriteEnd::kFailed;
  std::string why;  // what went wrong; may be said of a batch that was taken, too
};

class Store {
 public:
  using Done = std::function<void(const Written&)>;

  virtual ~Store() = default;

  // Takes all of the batch or nothing, and calls `done` once, later, on the loop's thread. One batch at a time.
  virtual void write(std::shared_ptr<const Batch> batch, Done done) = 0;
};

}  // namespace mxpulse
