// Old logs through the watchlist and the gate: what would have been held, tried and let go, and when.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "gate/gate.hpp"
#include "mxpulse/bounce_event.hpp"
#include "schedule/due_queue.hpp"
#include "watch/watchlist.hpp"

namespace mxpulse::cli {

struct ReplayOptions {
  watch::Options watch;
  gate::Policy policy;
  // From the bounce that joins a destination until our own probes would have found it silent.
  Duration detection = std::chrono::minutes(2);
};

// What one destination's mail would have met.
struct Replayed {
  DomainName destination;
  std::size_t failed = 0;    // attempts that met no answer
  std::size_t spared = 0;    // of these, made while it would have been held
  std::size_t trials = 0;    // attempts that the retry schedule would have made instead
  std::size_t holds = 0;     // times a hold began
  Duration held{0};          // altogether
  std::size_t waited = 0;    // messages that met no answer and were delivered later
  std::size_t sooner = 0;    // of these, that would have left sooner
  Duration sooner_least{0};  // altogether: the host was back when the first message was answered,
  Duration sooner_most{0};   // or just after the last attempt that met no answer
  bool exhausted = false;
};

// - time is the log's; an event without a time happens when the one before it did
// - between the last attempt that met no answer and the first that was answered nobody knows: the host is taken for
//   silent until the answer, and what an earlier return would have gained is told as the most
// - a trial while nobody answers meets no answer
// Pure: no clock, no I/O.
class ReplayRun {
 public:
  explicit ReplayRun(ReplayOptions options);

  void take(const BounceEvent& event);
  // Worst first: by attempts that met no answer. Lets all time pass that the log covers, not more.
  std::vector<Replayed> results() const;
  std::size_t events() const { return events_; }

 private:
  struct Outage {
    SystemTime last_failure{};
    std::unordered_map<std::string, SystemTime> waiting;  // queue ids that met no answer
    std::optional<SystemTime> back;                       // the first answer since
  };
  struct Course {
    Replayed told;
    Outage outage;
    std::optional<SystemTime> held_since;
    schedule::DuePlace silent_from;
  };

  void pass_time_until(SystemTime time);
  void no_answer(const BounceEvent& event);
  void bounces(const DomainName& name);
  void answered(const BounceEvent& event);
  void note(const gate::Gate::Transitions& transitions);
  void leaves(Course& course, const std::string& queue_id);
  Now now() const { return {SteadyTime(time_.time_since_epoch()), time_}; }

  ReplayOptions options_;
  watch::Watchlist watchlist_;
  gate::Gate gate_;
  SystemTime time_{};
  std::size_t events_ = 0;
  std::map<DomainName, Course> courses_;
  schedule::DueQueue<Course, &Course::silent_from> silent_from_;  // who would have been found silent when
};

}  // namespace mxpulse::cli
