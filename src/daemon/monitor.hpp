// The pulse itself: watchlist -> lookups -> schedule -> probes -> health -> observers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "daemon/control_hosts.hpp"
#include "daemon/doubts.hpp"
#include "daemon/gatekeeper.hpp"
#include "daemon/kept.hpp"
#include "daemon/load.hpp"
#include "health/address_health.hpp"
#include "health/destination_health.hpp"
#include "health/incident_log.hpp"
#include "health/tally.hpp"
#include "mxpulse/alarm.hpp"
#include "mxpulse/bounce_event.hpp"
#include "mxpulse/observer.hpp"
#include "mxpulse/prober.hpp"
#include "mxpulse/resolver.hpp"
#include "mxpulse/snapshot.hpp"
#include "mxpulse/unsaved.hpp"
#include "schedule/budgets.hpp"
#include "schedule/clock_watch.hpp"
#include "schedule/due_queue.hpp"
#include "schedule/schedule.hpp"
#include "watch/never_probe.hpp"
#include "watch/watchlist.hpp"

namespace mxpulse::daemon {

// What the config file decides about the pulse; the resolver and the prober have theirs.
struct MonitorOptions {
  schedule::Pacing pacing;
  schedule::Allowances allowances;
  std::vector<DomainName> never_probe;
  health::Thresholds thresholds;
  watch::Options watch;
  std::vector<DomainName> destinations;  // the watchlist keeps them
  health::VantageOptions vantage;
  std::vector<DomainName> controls;
  std::size_t max_in_flight = 0;  // probes at a time, at least 1
};

// Lives on the loop's thread. Holds no socket of its own.
class Monitor final : public ProbeListener, public Kept {
 public:
  // `seed` spreads what would else happen in step.
  Monitor(Alarms& alarms, const Clock& clock, MonitorOptions options, Observer& observer, std::uint64_t seed);
  ~Monitor() override;

  // Before the first turn. Either may be exchanged later; lookups that an old resolver took with it are begun again.
  void use(Resolver& resolver);
  void use(Prober& prober);
  void use(Gatekeeper& gatekeeper);

  // Knows what an earlier run knew. Before use(Resolver&), with begin_keeping() before it where there is a store.
  void resume(const Saved& saved);
  bool watches(const DomainName& name) const { return destinations_.contains(name); }
  void begin_keeping() override;
  bool lost_count() const override;
  void gather(Batch& batch) override;
  void not_written(const Batch& batch) override;

  void configure(MonitorOptions options);  // keeps every streak
  void bounced(const BounceEvent& event);
  void probed(const Address& address, const ProbeResult& result) override;

  // Watches it until as many visits end as began, and asks it as soon as may be.
  void begin_visit(const DomainName& name);
  void end_visit(const DomainName& name);

  // The `destinations_max` worst; the numbers are of all.
  Snapshot snapshot(std::size_t destinations_max = std::numeric_limits<std::size_t>::max());
  // The same, drawn bit by bit, with other work between. Each destination is shown as it was when it was drawn, none twice, none
  // that leaves meanwhile, and none is missed that moves. One at a time: beginning one forgets another.
  void begin_picture(std::size_t destinations_max);
  // Goes on until `is_over`, by one destination at least; true when it is whole.
  bool draw(const std::function<bool()>& is_over);
  Snapshot take_picture();  // a whole one, to be put in order by its taker
  // Only this one; without it no destination at all.
  Snapshot snapshot_of(const DomainName& name) const;
  Load load() const;
  // Of a watched destination's most preferred host; empty while unknown.
  std::string provider_of(const DomainName& name) const;

 private:
  // A bounce that waits for the hosts of its destination.
  struct Unjudged {
    BounceEvent event;
    SteadyTime heard;
  };

  struct Destination {
    DomainName name;
    std::shared_ptr<const MxSet> set;  // null until the first lookup ends; one with the same hosts may have the same
    SystemTime watched_since{};
    health::NoAnswerStreak lookups;
    std::size_t bounces = 0;              // behind it within the window, as last counted: never less than now
    schedule::DuePlace lookup;            // when the next is due
    Verdict verdict = Verdict::kUnknown;  // this and `bounces` change by rank() alone
    bool looking_up = false;

    bool is_silent() const { return verdict == Verdict::kUnavailable; }
  };

  // What made us look at a destination again: a result at one of its addresses.
  struct Occasion {
    const ProbeResult& result;
    std::optional<SystemTime> last_no_answer;  // there, before the result
    IncidentEnd end;                           // how an outage ends by it
  };

  // By most bounces, then those that are silent, then by name.
  struct WorstFirst {
    bool operator()(const Destination* a, const Destination* b) const;
  };

  class Album;
  class Picture;

  void apply(const watch::Changes& changes);
  void join(const DomainName& name, Duration spread);
  void leave(const DomainName& name);
  void resume(const SavedDestination& saved, Duration spread, Now now);
  void resume(const SavedAddress& saved, bool knows_connects, Now now);
  void gather(const Address& address, Now now, Batch& batch);
  void turn();
  void begin_lookups(SteadyTime now);
  void begin_probes(SteadyTime now);
  bool postpones(const Address& address, SteadyTime now);
  void wake_when_due(SteadyTime now);
  void looked_up(const DomainName& name, std::shared_ptr<const MxSet> set);
  void look_up_controls(SteadyTime now);
  void move_controls(const ControlHosts::Moved& moved, SteadyTime now);
  void control_probed(const Address& address, const ProbeResult& result, SteadyTime now);
  void ask_controls_in_doubt(SteadyTime now);
  void look_at_clocks(Now now);
  void settle_doubts(Now now);
  void record(const std::vector<Doubts::Judged>& results, Now now);
  std::optional<Occasion> note(const Doubts::Judged& judged, Now now);
  Doubts::Subject subject_of(const Address& address) const;
  std::string doubt_about(const Destination& destination, SteadyTime now) const;
  void take_set(Destination& destination, std::shared_ptr<const MxSet> set, SteadyTime now);
  std::shared_ptr<const MxSet> shared(std::shared_ptr<const MxSet> set) const;
  void take_addresses(Destination& destination, const std::vector<Address>& before, SteadyTime now);
  void drop_address(Destination& destination, const Address& address, SteadyTime now);
  void reassess(Destination& destination, Now now, const Occasion* occasion = nullptr);
  void rank(Destination& destination, std::size_t bounces, Verdict verdict);
  using PositionOf = std::function<std::size_t(const MxHost&, const Address&)>;  // among a snapshot's hosts
  DestinationView view_of(const Destination& destination, const PositionOf& position_of, Now now) const;
  HostView view_of(const DomainName& host, std::string_view provider, const Address& address) const;
  std::size_t bounces_of(const Destination& destination, Now now) const;
  GateAnswer gate_of(const Destination& destination) const;
  void tell_totals(Snapshot& snapshot) const;
  void tell_gate_of(const Destination& destination, const health::DestinationHealth& health, Now now);
  void keep_history(const DomainName& name, const health::DestinationHealth& health, const Occasion* occasion, Now now);
  void tell_gate(const BounceEvent& event, Destination& destination, Now now);
  void judge(const BounceEvent& event, Destination& destination, Now now);
  void judge_what_waits(Destination& destination, Now now);
  void answered_the_mta(const Address& address, const BounceEvent& event, Now now);
  bool names_own_host(const BounceEvent& event, const Destination& destination) const;
  Duration spread_for(std::size_t count) const;
  static std::string_view provider_of(const Destination& destination);
  static std::string_view counted_for(const Destination& destination);
  static std::vector<Address> asked_by(const MxSet* set);

  const Clock& clock_;
  MonitorOptions options_;
  Observer& observer_;
  Resolver* resolver_ = nullptr;
  Prober* prober_ = nullptr;
  Gatekeeper* gatekeeper_ = nullptr;  // null: nothing is gated
  health::Tally tally_;
  watch::Watchlist watchlist_;
  watch::NeverProbe never_probe_;
  schedule::ClockWatch clocks_;
  schedule::Schedule schedule_;
  schedule::Budgets budgets_;
  health::AddressBook book_;
  health::IncidentLog incidents_;
  Doubts doubts_;
  ControlHosts controls_;
  std::mt19937_64 random_;
  std::unordered_map<DomainName, Destination> destinations_;
  std::unordered_map<DomainName, Unjudged> unjudged_;  // the last bounce of a destination whose hosts are not known
  std::map<DomainName, unsigned> visits_;           // under way
  std::set<Destination*, WorstFirst> worst_first_;  // all of them
  std::unique_ptr<Album> album_;
  std::unique_ptr<Picture> picture_;                // null: none is being drawn
  Unsaved<DomainName> unsaved_;                     // destinations: joined, left, other hosts, another streak of lookups
  std::unordered_map<Address, std::vector<Destination*>> users_;  // who asks an address; map nodes stay where they are
  std::unordered_set<Address> asking_;                            // begun and not told yet
  schedule::DueQueue<Destination, &Destination::lookup> lookups_due_;
  std::size_t lookups_in_flight_ = 0;
  std::unique_ptr<Alarm> wake_;
  std::optional<SteadyTime> waking_at_;  // when it calls; empty: it does not
  SteadyTime turn_ends_{};               // until then no more than a turn's share of each begins
  std::size_t lookups_begun_ = 0;
  std::size_t probes_begun_ = 0;
  std::unique_ptr<Alarm> housekeeping_;
};

// What is left to do for a picture, on any thread.
void put_worst_first(Snapshot& picture);

}  // namespace mxpulse::daemon
