// Empties an MTA's queue of the destinations that were released: a canary, then ever more, until none of their mail waits.
#pragma once

#include <map>
#include <set>

#include "gate/mail_queue.hpp"
#include "mxpulse/alarm.hpp"
#include "mxpulse/time.hpp"

namespace mxpulse::gate {

// - rounds of a look into the queue and a push: the canary until a host is told to have answered it, then 10, 100, 1000, all
// - who is told to have met no answer again is back to its canary, after a pause that doubles
// - a message that a host answered and that waits on is left to the MTA's own schedule
// - it goes on for kSettle after the release: Postfix may hold new mail by what its resolver cached (30 s) or by a table it
//   has not looked at yet (10 s)
// - stop() ends it, when it is held again; so does kPatience: what still waits then has other reasons
class Flusher {
 public:
  struct Flushed {
    DomainName destination;
    std::size_t pushed = 0;
    Duration took{0};  // from begin() to the first look that found none of its mail
    std::string why;   // empty: its mail is gone
  };
  using OnFlushed = std::function<void(const Flushed&)>;
  using OnTried = std::function<void(bool found)>;

  // `queue` and `clock` must outlive this.
  Flusher(Alarms& alarms, const Clock& clock, MailQueue& queue, OnFlushed on_flushed);

  void begin(const DomainName& name);
  void stop(const DomainName& name);
  // What the MTA's log tells of the messages: a host took, deferred or refused this one. `id` may be empty.
  void answered(const DomainName& name, const std::string& id);
  // Nobody answered one of them.
  void not_answered(const DomainName& name);
  // Pushes the oldest message that waits for `name`; tells whether there was one. A queue that cannot be read has one.
  void try_one(const DomainName& name, OnTried on_tried);
  // Destinations still held: a message for one of them too is not pushed.
  void set_held(std::set<DomainName> held) { held_ = std::move(held); }

 private:
  struct Flush {
    SteadyTime begun;
    SteadyTime looked;                // last
    std::optional<SteadyTime> empty;  // first look that found nothing to push
    std::size_t round = 0;            // 0: the canary's
    SteadyTime canary_from;           // no push before
    std::string canary;               // whose attempt is awaited
    Duration pause{0};
    std::set<std::string> answered;  // of those that wait on
    std::size_t pushed = 0;

    void forget_sleep(SteadyTime now);
  };

  void look();
  void looked(const Result<Waiting>& waiting);
  void push_canary(Flush& flush, const std::vector<std::string>& ids);
  void push_some(Flush& flush, std::vector<std::string> ids);
  bool is_over(const DomainName& name, Flush& flush, const std::vector<std::string>& ids);

  const Clock& clock_;
  MailQueue& queue_;
  OnFlushed on_flushed_;
  std::map<DomainName, Flush> flushes_;
  std::map<DomainName, OnTried> trials_;      // for the next look
  std::map<DomainName, OnTried> looked_for_;  // by the look under way
  std::set<DomainName> held_;
  bool looking_ = false;
  std::unique_ptr<Alarm> next_look_;
};

}  // namespace mxpulse::gate
