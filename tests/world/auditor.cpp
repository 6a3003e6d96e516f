#include "world/auditor.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/options.hpp"
#include "health/destination_health.hpp"
#include "net/socket_address.hpp"
#include "world/text_formats.hpp"

namespace mxpulse::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kAskingSlack = 180s;
constexpr int kLessAtMost = 8;  // intervals until who asks for less is asked again
constexpr std::size_t kCloseLooksBetweenScrapes = 20;

}  // namespace

class Auditor::Resolving final : public Resolver {
 public:
  Resolving(Auditor& auditor, std::unique_ptr<Resolver> resolver) : auditor_(auditor), resolver_(std::move(resolver)) {}

  void resolve(const DomainName& destination, Done done) override {
    ++auditor_.lookups_open_;
    resolver_->resolve(destination, [this, destination, done = std::move(done)](std::shared_ptr<const MxSet> set) {
      --auditor_.lookups_open_;
      auditor_.looked_up(destination, set);
      done(std::move(set));
    });
  }

 private:
  Auditor& auditor_;
  std::unique_ptr<Resolver> resolver_;
};

Auditor::Auditor(World& world, Broken broken) : world_(world), broken_(std::move(broken)) {
  world_.disk.on_taken([this](const Batch& batch) {
    was_written_ = true;
    const bool keeps_all = world_.watchlist_max >= watch::Options{}.destinations_max;
    if (const auto why = lines_.why_wrong(batch, keeps_all, world_.time.now()); !why.empty())
      broken_("11: each log line counts once", why);
  });
}

std::string Auditor::seconds(Duration duration) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(duration).count()) + " s";
}

std::unique_ptr<Resolver> Auditor::wrap(std::unique_ptr<Resolver> resolver) {
  return std::make_unique<Resolving>(*this, std::move(resolver));
}

void Auditor::started(Machine& machine) {
  machine_ = &machine;
  heed(machine.config());
  undisturbed_since_ = world_.time.now().steady;
  in_flight_max_ = configured_max_ = controls_max_ = 0;
  cache_max_ = machine.config().dns.cache;
  heed_bounds(machine.config());
  controls_known_ = false;
  lines_.begin_again();
  check_remembered();
}

void Auditor::heed(const config::Config& config) {
  fall_min_ = std::min(fall_min_, config.health.fall);
  fall_max_ = std::max(fall_max_, config.health.fall);
  rise_max_ = std::max(rise_max_, config.health.rise);
  longest_step_ = std::max(longest_step_, *std::max_element(config.gate.schedule.begin(), config.gate.schedule.end()));
  always_controlled_ = always_controlled_ && !config.vantage.controls.empty();
}

// Before anything happened.
void Auditor::check_remembered() {
  const bool remembers = !machine_->config().store.path.empty();
  if (!remembers || !was_written_) connected_.clear();  // a disk that was full all the while cannot tell
  was_written_ = false;
  const Snapshot snapshot = machine_->snapshot();
  for (const HostView& view : snapshot.hosts) {
    if (view.host.empty()) continue;
    const SavedAddress* saved = remembers ? world_.disk.find(view.address) : nullptr;
    const unsigned streak = saved == nullptr ? 0 : saved->streak.no_answers;
    if (view.streak != streak)
      broken_("4: a streak after a crash is what was last committed",
              view.address.text() + " has " + std::to_string(view.streak) + ", committed was " + std::to_string(streak));
    // What was heard since and not committed is forgotten.
    Silence& silence = silences_[view.address];
    silence.length = streak;
    silence.ours = 0;
    if (streak == 0) silence.since_answer = 0;
  }
  for (auto& [name, silence] : lookups_) {
    const SavedDestination* saved = remembers ? world_.disk.find(name) : nullptr;
    silence.length = saved == nullptr ? 0 : saved->lookups.no_answers;
  }
}

void Auditor::config_reloaded() {
  heed(machine_->config());
  heed_bounds(machine_->config());
  if (machine_->gatekeeper().mode() == GateMode::kObserve) {  // who holds nothing pushes nothing
    tries_.clear();
    flushes_.clear();
  }
  undisturbed_since_ = world_.time.now().steady;
}

void Auditor::gone() {
  machine_ = nullptr;
  destinations_.clear();
  left_.clear();
  holds_.clear();
  trials_.clear();
  flushes_.clear();
  tries_.clear();
  table_wrong_.clear();
  trials_begun_ = trials_told_ = 0;
  lookups_open_ = 0;
}

void Auditor::look() {
  check_connects();
  if (machine_ == nullptr) return;
  const Now now = world_.time.now();
  check_holds(now);
  check_table(now);
  check_trials();
  check_flushes();
  check_bounds();
}

void Auditor::look_closely() {
  look();
  if (machine_ == nullptr) return;
  check_streaks();
  check_kept();
  check_asking(world_.time.now().steady);
  if (close_looks_++ % kCloseLooksBetweenScrapes == 0) check_texts();
  for (const auto& [name, destination] : destinations_) {
    if (machine_->gatekeeper().answer(name).hold && !holds_.contains(name))
      broken_("1: no hold without its reasons", name.text() + " is held, and nobody was told");
  }
}

void Auditor::log_line(std::string_view line) {
  if (!(line.starts_with('{') ? is_json_line(line) : is_logfmt_line(line)))
    broken_("8: every log line parses", std::string(line));
}

void Auditor::looked_up(const DomainName& name, const std::shared_ptr<const MxSet>& set) {
  const auto& controls = machine_->config().vantage.controls;
  if (std::find(controls.begin(), controls.end(), name) != controls.end()) {
    controls_known_ = controls_known_ || !health::asked_addresses(*set).empty();
    return;  // asked for its own sake, and watched by nobody
  }
  if (left_.contains(name)) return;  // while it was looked up
  Destination& destination = destinations_[name];
  lookups_.try_emplace(name);
  const SteadyTime now = world_.time.now().steady;
  const bool failed =
      set->failure == Cause::kDnsTemporary ||
      std::any_of(set->hosts.begin(), set->hosts.end(), [](const MxHost& one) { return one.failure == Cause::kDnsTemporary; });
  const bool not_asked = set->failure && outcome(*set->failure) == Outcome::kNotTried;  // no resolver, or no socket
  const bool some_not_asked = std::any_of(set->hosts.begin(), set->hosts.end(), [](const MxHost& one) {
    return one.failure && outcome(*one.failure) == Outcome::kNotTried;
  });
  if (!not_asked && set->fresh && (failed || !some_not_asked))
    record(lookups_[name], failed ? Cause::kDnsTemporary : Cause::kReady, false);
  if (not_asked) return;  // what was known, by an earlier run too, stays the best guess
  const auto all = health::asked_addresses(*set);
  const bool somebody_new = std::any_of(all.begin(), all.end(), [&](const auto& one) { return !asks(destination, one.address); });
  if (somebody_new) destination.somebody_new_since = now;
  destination.set = set;
}

void Auditor::record(Silence& silence, Cause cause, bool no_route) {
  const SteadyTime now = world_.time.now().steady;
  silence.cause = cause;
  silence.no_route = no_route;
  silence.last_told = now;
  if (outcome(cause) == Outcome::kAnswered) {
    silence.since_answer = 0;
    silence.length = silence.ours = 0;
    silence.troubles_before = world_.network.troubles_ended();
  }
  if (outcome(cause) != Outcome::kNoAnswer) return;
  ++silence.length;
  if (world_.dns.in_trouble()) undoubted_since_ = now + 2 * machine_->config().probe.interval;  // a round of grace follows
  const bool doubted = world_.network.in_trouble() || now < undoubted_since_;
  if (silence.since_answer && !doubted) ++*silence.since_answer;  // else it says nothing of the host
  // Before any control could be looked up nobody vouches for us.
  if (world_.network.in_trouble() && controls_known_ && cause != Cause::kDnsTemporary) ++silence.ours;
  silence.last_no_answer = now;
}

void Auditor::probed(const Address& address, const ProbeResult& result, Now now) {
  Silence& silence = silences_[address];
  record(silence, result.cause, result.no_route);
  const bool asks_for_less =
      result.cause == Cause::kBusy && (result.reply_code == 421 || result.greeting.find(" 4.7.") != std::string::npos);
  silence.patience = std::max<Duration>(patience(), (asks_for_less ? kLessAtMost : 1) * machine_->config().probe.interval);
  if (outcome(result.cause) != Outcome::kAnswered) return;
  const bool one_is_enough = machine_ != nullptr && machine_->config().health.rise == 1;
  for (auto& [name, destination] : destinations_)
    if (asks(destination, address)) answered(name, destination, one_is_enough, now.steady);
}

void Auditor::bounced(const BounceEvent& event, Now now) {
  lines_.told(machine_->lines_read(), event, now);
  const bool answer = event.bounce_class == BounceClass::kDelivered || event.bounce_class == BounceClass::kBusy ||
                      event.bounce_class == BounceClass::kRejected;
  const auto found = destinations_.find(event.destination);
  if (!answer || found == destinations_.end() || !found->second.set) return;
  if (event.time && *event.time + kOldNews < now.system) return;
  if (!is_own(found->second, event)) return;
  if (event.address) silences_[*event.address].since_answer = 0;
  answered(found->first, found->second, true, now.steady);
  for (auto& [name, destination] : destinations_)
    if (event.address && asks(destination, *event.address)) answered(name, destination, false, now.steady);
}

void Auditor::answered(const DomainName& name, Destination& destination, bool ends_hold, SteadyTime now) {
  destination.answered = now;
  const auto hold = holds_.find(name);
  if (hold != holds_.end() && ends_hold) hold->second.must_end = true;
}

void Auditor::destination_joined(const DomainName& destination, std::size_t, Now) { left_.erase(destination); }

void Auditor::destination_left(const DomainName& destination, Now) {
  destinations_.erase(destination);
  left_.insert(destination);
}

// What came due meanwhile is spread over a round.
void Auditor::clock_jumped(std::string_view, Now now) { undisturbed_since_ = now.steady; }

void Auditor::check_connects() {
  const auto& connects = world_.network.connects();
  for (; connects_seen_ < connects.size(); ++connects_seen_) {
    const auto& [at, to] = connects[connects_seen_];
    if (machine_ == nullptr) {
      broken_("who is gone asks nobody", to.text());
      continue;
    }
    const auto options = daemon::probe_options(machine_->config());
    if (options.policy.denied(net::socket_address(to, options.port).get()))
      broken_("6: no connect to a denied address", to.text());
    const Duration per_address = machine_->config().probe.per_address;
    const auto before = connected_.find(to);
    if (before != connected_.end() && at - before->second.at < std::min(per_address, before->second.per_address))
      broken_("5: connects to an address stay within budget", to.text() + " after " + seconds(at - before->second.at));
    connected_[to] = {at, per_address};
  }
}

void Auditor::check_streaks() {
  const Snapshot snapshot = machine_->snapshot();
  for (const HostView& view : snapshot.hosts) {
    if (view.host.empty()) continue;
    const auto found = silences_.find(view.address);
    const unsigned length = found == silences_.end() ? 0 : countable(found->second);
    if (view.streak > length)
      broken_("7: only no-answers lengthen a streak", view.address.text() + " has a streak of " + std::to_string(view.streak) +
                                                          ", and gave no answer " + std::to_string(length) + " times");
    if (view.answering == false && rise_max_ == 1 && length < fall_min_)
      broken_("7: only no-answers lengthen a streak", view.address.text() + " counts as silent after " + std::to_string(length));
  }
  for (const DestinationView& view : snapshot.destinations) {
    check_history(view);
    const auto known = destinations_.find(view.destination);
    if (known == destinations_.end() || !known->second.set || known->second.set->failure != Cause::kDnsTemporary) continue;
    const unsigned length = countable(lookups_.at(view.destination));
    if (view.streak > length)
      broken_("7: only no-answers lengthen a streak", view.destination.text() + " has a streak of " +
                                                          std::to_string(view.streak) + ", and its lookup failed " +
                                                          std::to_string(length) + " times");
  }
}

// Whoever is asked is asked again and again.
void Auditor::check_asking(SteadyTime now) {
  const auto& probe = machine_->config().probe;
  const Duration probing = probe.connect_timeout + probe.greeting_timeout;
  const auto turns =
      static_cast<Duration::rep>(silences_.size() / std::max<std::size_t>(1, probe.max_in_flight));  // in one queue
  const Duration slack = probing * (1 + turns) + kAskingSlack;
  for (const auto& [name, destination] : destinations_) {
    if (!destination.set || destination.set->failure) continue;
    for (const auto& asked : health::asked_addresses(*destination.set)) {
      const auto silence = silences_.find(asked.address);
      SteadyTime since = std::max(undisturbed_since_, destination.somebody_new_since);
      Duration longest = patience();
      if (silence != silences_.end()) {
        since = std::max(since, silence->second.last_told);
        longest = std::max(longest, silence->second.patience);  // other intervals count from the next time on
      }
      if (now - since > longest * 11 / 10 + slack)
        broken_("whoever is watched is asked",
                asked.address.text() + " of " + name.text() + " was not asked for " + seconds(now - since));
    }
  }
}

// How far away the next time may be for whom is asked now.
Duration Auditor::patience() const {
  const auto& probe = machine_->config().probe;
  return std::max({probe.interval, probe.interval_undecided, probe.interval_silent_max, probe.per_address});
}

void Auditor::check_metrics() {
  if (machine_ == nullptr) return;
  const std::string text = machine_->metrics();
  const std::string bad = bad_metrics_line(text);
  if (!bad.empty()) broken_("8: every metric line parses", bad);
  check_series(text);
}

bool Auditor::asks(const Destination& destination, const Address& address) const {
  if (!destination.set || destination.set->failure) return false;
  const auto all = health::asked_addresses(*destination.set);
  return std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.address == address; });
}

bool Auditor::is_own(const Destination& destination, const BounceEvent& event) const {
  return std::any_of(destination.set->hosts.begin(), destination.set->hosts.end(), [&](const MxHost& host) {
    return host.name.text() == event.host ||
           (event.address && std::find(host.addresses.begin(), host.addresses.end(), *event.address) != host.addresses.end());
  });
}

}  // namespace mxpulse::test
