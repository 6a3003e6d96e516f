// Holds the daemon's core to what it promises, by what truly happened on the fake world.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mxpulse/observer.hpp"
#include "mxpulse/resolver.hpp"
#include "world/counted_lines.hpp"
#include "world/machine.hpp"

namespace mxpulse::test {

// It keeps its own books: what the prober and the resolver truly told, what the MTA truly wrote. It asks the core for its
// conclusions only, and compares.
class Auditor final : public Observer {
 public:
  // Called with the promise that was broken, and how.
  using Broken = std::function<void(const std::string& promise, const std::string& how)>;

  Auditor(World& world, Broken broken);

  // The MTA itself met nobody at the destination.
  void truly_bounced(const DomainName& destination) { truly_bounced_[destination] = world_.time.now().steady; }

  void started(Machine& machine);
  void config_reloaded();
  void gone();
  // Time was lost in a sleep: what should have happened by now may be late.
  void slept() { undisturbed_since_ = world_.time.now().steady; }
  // After everything that happens.
  void look();
  // Now and then: dearer looks.
  void look_closely();
  // What a scrape would be given.
  void check_texts() { check_metrics(); }

  // What the machine writes to its log.
  void log_line(std::string_view line);
  // Sees what the resolver tells.
  std::unique_ptr<Resolver> wrap(std::unique_ptr<Resolver> resolver);

  void probed(const Address& address, const ProbeResult& result, Now now) override;
  void bounced(const BounceEvent& event, Now now) override;
  void destination_joined(const DomainName& destination, std::size_t bounces, Now now) override;
  void destination_left(const DomainName& destination, Now now) override;
  void clock_jumped(std::string_view why, Now now) override;
  void gate_moved(const GateTransition& transition, GateMode mode, Now now) override;
  void retried(RetryResult result) override;

 private:
  static constexpr Duration kOldNews = std::chrono::minutes(10);  // a line may be read so late

  class Resolving;

  // No-answers since the last answer, whoever asked: no streak may be longer.
  struct Silence {
    unsigned length = 0;
    unsigned ours = 0;             // of them while we were in trouble ourselves
    unsigned troubles_before = 0;  // that had ended when somebody answered last
    SteadyTime last_no_answer{};
    SteadyTime last_told{};
    std::optional<Cause> cause;  // of the last result
    bool no_route = false;
    std::optional<unsigned> since_answer;  // no-answers since it answered us or the MTA last; empty: it never did
    Duration patience{0};                  // so far away the next time may be, by what was configured when it was asked last
  };
  struct Destination {
    std::shared_ptr<const MxSet> set;
    SteadyTime somebody_new_since{};     // among the addresses of the set
    std::optional<SteadyTime> answered;  // to us or to the MTA
  };
  struct Hold {
    SteadyTime begun;
    SteadyTime end;
    SystemTime end_system;
    bool must_end = false;  // an answer or a delivery was told
  };
  struct Flush {
    SteadyTime released;
    Duration until{0};  // running time
  };
  struct Connect {
    SteadyTime at;
    Duration per_address;
  };

  static std::string seconds(Duration duration);
  void looked_up(const DomainName& name, const std::shared_ptr<const MxSet>& set);
  void record(Silence& silence, Cause cause, bool no_route);
  void hold_begins(const GateTransition& transition, Now now);
  void hold_ends(const GateTransition& transition, GateMode mode, Now now);
  std::string why_not_silent(const Destination& destination, SteadyTime now) const;
  std::string why_not_silent(const Silence& silence) const;
  unsigned countable(const Silence& silence) const;
  void answered(const DomainName& name, Destination& destination, bool ends_hold, SteadyTime now);
  void check_holds(Now now);
  void check_table(Now now);
  void check_connects();
  void check_trials();
  void check_flushes();
  void heed_bounds(const config::Config& config);
  void at_most(std::string_view what, std::size_t kept, std::size_t bound);
  void check_bounds();
  void check_kept();
  void check_history(const DestinationView& view);
  void check_series(std::string_view metrics);
  void check_streaks();
  void check_remembered();
  void heed(const config::Config& config);
  void check_asking(SteadyTime now);
  Duration patience() const;
  void check_metrics();
  bool asks(const Destination& destination, const Address& address) const;
  bool somebody_answers(const Destination& destination) const;
  bool is_own(const Destination& destination, const BounceEvent& event) const;
  bool takes_mail_now(const DomainName& destination) const;

  World& world_;
  Broken broken_;
  Machine* machine_ = nullptr;
  // Of every configuration there was: a state, a step and a streak outlast it.
  unsigned fall_min_ = 1000;
  unsigned fall_max_ = 0;
  unsigned rise_max_ = 1;
  Duration longest_step_{0};
  bool always_controlled_ = true;
  bool controls_known_ = false;  // in this run
  bool was_written_ = false;     // something, in this run
  SteadyTime undisturbed_since_{};
  SteadyTime undoubted_since_{};
  std::map<DomainName, SteadyTime> truly_bounced_;
  std::map<Address, Silence> silences_;
  std::map<DomainName, Silence> lookups_;
  std::map<DomainName, Destination> destinations_;
  std::set<DomainName> left_;
  std::map<DomainName, Hold> holds_;
  std::map<DomainName, Duration> trials_;       // when each began, in running time
  std::map<DomainName, Flush> flushes_;         // released by an answer, with mail in the queue
  std::map<DomainName, Flush> tries_;           // trials whose message was not tried yet
  std::map<DomainName, Duration> table_wrong_;  // since when the table holds it without a lease, in running time
  std::map<Address, Connect> connected_;
  CountedLines lines_;
  std::size_t connects_seen_ = 0;
  std::size_t close_looks_ = 0;
  std::size_t in_flight_max_ = 0;   // in this run, as are the next four
  std::size_t configured_max_ = 0;  // destinations
  std::size_t controls_max_ = 0;
  std::size_t cache_max_ = 0;
  std::size_t lookups_open_ = 0;
  std::size_t trials_begun_ = 0;
  std::size_t trials_told_ = 0;
};

}  // namespace mxpulse::test
