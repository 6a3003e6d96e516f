// Holds no-answers back until it is known whose they are: the host's, or ours.
#pragma once

#include <array>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "daemon/control_hosts.hpp"
#include "health/vantage.hpp"
#include "mxpulse/probe_result.hpp"
#include "mxpulse/shared_text.hpp"
#include "mxpulse/snapshot.hpp"

namespace mxpulse::daemon {

class Doubts {
 public:
  struct Judged {
    Address address;
    ProbeResult result;  // as it counts: what was found, or vantage_impaired
    Now ended;
  };

  struct Shift {
    std::optional<health::Vantage::Change> change;  // to tell people
    bool lost_trust = false;                        // in some path
  };

  explicit Doubts(health::VantageOptions options) : options_(options), vantage_(options) {}

  void configure(health::VantageOptions options);

  // Who is behind an address.
  struct Subject {
    SharedText provider;
    std::size_t destinations = 0;
  };
  void heard(const Address& address, const Subject& subject, const ProbeResult& result, SteadyTime now);
  // To be judged. A second one of the same address takes the place of the first.
  void hold_back(const Address& address, const ProbeResult& result, Now now);
  // It answered since: what is held back of it says nothing any more.
  void answered(const Address& address) { held_back_.erase(address); }
  void forget(const Address& address);
  // A lookup that went to our DNS servers; `failed`: why they could not be asked, or answer no name at all.
  void looked_up(const DomainName& name, std::optional<Cause> failed);

  void set_control(const DomainName& control, const std::vector<health::Path>& paths) { vantage_.set_control(control, paths); }
  void control_said(const DomainName& control, const Address& address, Outcome outcome) {
    vantage_.control_said(control, path_to(address), outcome);
  }

  void begin_grace(SteadyTime now) { vantage_.begin_grace(now); }
  Shift look(SteadyTime now);
  // What can be judged now, oldest first on each path.
  std::vector<Judged> settled(SteadyTime now);
  // When settled() has something, whatever else is heard.
  std::optional<SteadyTime> next() const;
  // Some wait on this path and its controls would help.
  bool wants_controls(health::Path path) const;

  // No-answers that wait to be judged.
  std::size_t held_back() const { return held_back_.size(); }

  bool trusts(const Address& address, SteadyTime now) const { return vantage_.trusts(path_to(address), now); }
  // Whether each path is, which may change by the clock alone.
  using Trust = std::array<bool, health::kPaths.size()>;
  Trust trust(SteadyTime now) const;
  VantageView view() const;

 private:
  struct HeldBack {
    Now ended;
    ProbeResult result;
  };

  ProbeResult as_ours(const ProbeResult& result, health::Path path) const;

  health::VantageOptions options_;
  health::Vantage vantage_;
  std::unordered_map<Address, HeldBack> held_back_;
  std::array<std::deque<std::pair<SteadyTime, Address>>, health::kPaths.size()> waiting_;  // by time; stale entries are skipped
  Trust trusted_{true, true, true, true};
  std::optional<DomainName> last_failed_lookup_;
};

}  // namespace mxpulse::daemon
