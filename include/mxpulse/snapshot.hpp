// One immutable picture of what the daemon knows, for those who tell it on: metrics, API, status page.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mxpulse/address.hpp"
#include "mxpulse/cause.hpp"
#include "mxpulse/domain_name.hpp"
#include "mxpulse/hold.hpp"
#include "mxpulse/incident.hpp"
#include "mxpulse/shared.hpp"
#include "mxpulse/time.hpp"
#include "mxpulse/verdict.hpp"

namespace mxpulse {

// One address of one host. An address that several host names share appears once for each name, with the same numbers.
struct HostView {
  DomainName host;
  Address address;
  std::string provider;
  std::optional<bool> answering;         // empty: not known yet
  unsigned streak = 0;                   // no-answers in a row
  std::optional<SystemTime> since;       // first no-answer of the streak
  std::optional<SystemTime> last_probe;  // the last result that says something about the host
  std::optional<Cause> cause;            // of the last result
  std::optional<Duration> connect_time;  // phases that the last probe completed
  std::optional<Duration> greeting_time;
  std::optional<int> reply_code;
  std::string greeting;  // escaped, see ProbeResult
  std::string why;
  bool answers_mta_only = false;  // the MTA's log tells of deliveries there, and we get no answer

  bool operator==(const HostView&) const = default;
};

// A host that a sender would try.
struct HostChoice {
  std::size_t host = 0;  // position in Snapshot::hosts
  std::uint16_t preference = 0;
};

struct DestinationView {
  DomainName destination;
  std::string provider;
  Verdict verdict = Verdict::kUnknown;
  std::optional<Cause> cause;       // what decided the verdict; empty: nothing known yet
  std::string why;                  // the verdict in words
  unsigned streak = 0;              // no-answers in a row of the address that has fewest of them
  std::optional<SystemTime> since;  // since when no address answered
  std::size_t bounces = 0;          // distinct messages behind it within the watch window
  bool configured = false;          // on the watchlist by the config file, not by bounces
  bool stale_dns = false;
  SystemTime watched_since;                        // before that nobody looked
  std::shared_ptr<const IncidentHistory> history;  // null: no outage that we know of
  GateAnswer gate;
  std::vector<HostChoice> hosts;  // as a sender would try them
};

using VerdictCounts = std::array<std::size_t, kVerdicts.size()>;  // destinations, by Verdict

struct ProviderView {
  std::string provider;
  VerdictCounts destinations{};
};

inline constexpr std::size_t kProvidersMax = 100;  // told apart in a snapshot

// Whether what we see is them or us.
struct VantageView {
  bool impaired = false;
  std::string why;  // it is; our own words
  bool ipv4_impaired = false;
  bool ipv6_impaired = false;
  std::size_t controls = 0;            // whose addresses are known
  std::size_t controls_answering = 0;  // when last asked
};

struct Snapshot {
  SystemTime taken;
  VerdictCounts verdicts{};             // of everybody watched
  std::vector<ProviderView> providers;  // worst first: most destinations unavailable, then most at all; at most kProvidersMax
  std::vector<Shared<DestinationView>> destinations;  // worst first: bounces behind it, then streak, then name
  std::vector<Shared<HostView>> hosts;                // each (host, address) once; an empty one is nobody's
  std::size_t probes_in_flight = 0;
  VantageView vantage;
  GateMode gate_mode = GateMode::kObserve;
  std::size_t held = 0;  // destinations, in observe mode those that would be
};

}  // namespace mxpulse
