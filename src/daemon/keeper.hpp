// Writes down what changed, a batch at a time, so that a kill loses no more than the last moment.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/kept.hpp"
#include "mxpulse/alarm.hpp"
#include "mxpulse/observer.hpp"
#include "mxpulse/store.hpp"

namespace mxpulse::daemon {

inline constexpr auto kKeepInterval = std::chrono::milliseconds(250);  // how old an unwritten change may grow
inline constexpr auto kKeepRetry = std::chrono::seconds(5);            // after a failure

// - one batch at a time: what changes meanwhile gathers with the parts, once a subject, so nothing piles up
// - a batch that failed is gathered again, as things stand then
class Keeper {
 public:
  // The parts and the store must outlive it.
  Keeper(Alarms& alarms, const Clock& clock, Store& store, std::vector<Kept*> parts, Observer& observer);

  // Told once all that changed until now was written down, or that it could not be; at an orderly end nobody is told.
  void when_written(Store::Done done);
  // What an orderly end writes: gathered now, before the parts end. Nothing is written by the keeper afterwards. `under_way` is
  // what became of a batch of which nobody was told yet; where that is not known all there is is gathered.
  Batch last(const std::optional<Written>& under_way);

 private:
  void write();
  void ended(const Written& written);
  void tell_waiting(const Written& written);
  Batch gather(bool orderly);

  const Clock& clock_;
  Store& store_;
  std::vector<Kept*> parts_;
  Observer& observer_;
  std::vector<Store::Done> waiting_;     // for the next batch
  std::vector<Store::Done> waiting_on_;  // for the one under way
  bool everything_ = false;
  std::shared_ptr<const Batch> under_way_;  // null: nothing is being written
  bool failing_ = false;
  std::string last_why_;
  std::unique_ptr<Alarm> wake_;
};

}  // namespace mxpulse::daemon
