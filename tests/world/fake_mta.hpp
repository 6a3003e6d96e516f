// A Postfix that keeps its queue, its own retry timers and its log while mxpulse comes and goes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gate/mtas.hpp"
#include "world/fake_dns.hpp"
#include "world/fake_network.hpp"

namespace mxpulse::test {

class FakeMta final : public gate::Mtas {
 public:
  struct Message {
    std::string id;
    DomainName destination;
    SteadyTime arrived{};
    Duration backoff{0};
    std::unique_ptr<Alarm> retry;  // set while it is deferred
    SteadyTime tried{};            // the last attempt ended
    bool answered = false;         // the last attempt met a host that did
    bool active = false;           // an attempt is under way
    std::unique_ptr<Alarm> attempt;
  };
  struct Attempt {
    SteadyTime at;
    DomainName destination;
  };

  FakeMta(FakeTime& time, FakeDns& dns, FakeNetwork& network) : time_(time), dns_(dns), network_(network) {}

  // A message is submitted and tried at once.
  void submit(const DomainName& destination);
  // Messages that wait; with a time, those alone that were not tried since, and whose last attempt nobody answered.
  std::size_t queued(const DomainName& destination, SteadyTime before = SteadyTime::max()) const;
  std::size_t queued() const { return queue_.size(); }
  std::size_t delivered(const DomainName& destination) const;

  // The hold table as the MTA's resolver would read it now.
  const std::set<DomainName>& table() const { return table_; }
  // What mxpulse left in place is emptied by its guard.
  void empty_table() { table_.clear(); }
  // The table can be neither written nor emptied (its disk is full).
  void set_table_stuck(bool stuck) { table_stuck_ = stuck; }
  bool table_is_stuck() const { return table_stuck_; }

  // Every connection to a mail host that it made.
  const std::vector<Attempt>& attempts() const { return attempts_; }

  SteadyTime last_attempt(const DomainName& destination) const;

  // The mail log, line by line; the stamps are the wall clock's.
  const std::vector<std::string>& log() const { return log_; }
  void write_log(std::string line);
  std::string stamp() const;
  // Called after each delivery attempt that met nobody.
  void on_bounce(std::function<void(const DomainName&)> bounced) { on_bounce_ = std::move(bounced); }
  // Called after each line.
  void on_line(std::function<void()> read) { on_line_ = std::move(read); }
  // One bounce as Postfix writes it, for a message that nobody submitted.
  std::string bounce_line(const DomainName& destination, const std::string& host, const Address& address, const std::string& why);

  // gate::Mtas
  std::vector<gate::Mta> make(const gate::MtaOptions& options, const OnFailure& on_failure) override;
  Result<Guard> guard(const gate::HoldFiles& files) override;

 private:
  class Table;
  class Queue;

  bool sees_held(const DomainName& destination);
  void attempt(Message& message, bool forced);
  void defer(Message& message);
  void ended(const std::string& id, bool sent, bool answered);
  std::string next_id();

  FakeTime& time_;
  FakeDns& dns_;
  FakeNetwork& network_;
  std::map<std::string, std::unique_ptr<Message>> queue_;  // by id, which grow
  std::map<DomainName, std::size_t> delivered_;
  std::set<DomainName> table_;
  bool table_stuck_ = false;
  std::set<DomainName> read_table_;  // as trivial-rewrite last opened it
  std::optional<SteadyTime> read_at_;
  std::map<DomainName, std::pair<bool, SteadyTime>> resolved_;  // what the queue manager remembers
  std::vector<Attempt> attempts_;
  std::map<DomainName, SteadyTime> last_attempts_;
  std::vector<std::string> log_;
  std::function<void()> on_line_;
  std::function<void(const DomainName&)> on_bounce_;
  std::uint64_t messages_ = 0;
};

}  // namespace mxpulse::test
