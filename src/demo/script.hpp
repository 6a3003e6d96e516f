// The play: which host of the small internet fails in which way, and when it recovers.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace mxpulse::demo {

enum class Behaviour : std::uint8_t {
  kReady,
  kMultiLine,  // a greeting of three lines that takes a second
  kBusy,
  kRejecting,
  kNotSmtp,
  kTimeout,  // a full backlog: SYNs are dropped
  kRefused,
  kSilent,
  kDropped,
};

// ICMP unreachable needs a network or raw sockets: the one cause that loopback cannot show.
struct ScriptedHost {
  std::string name;     // of the MX host
  std::string address;  // within 127.42.0.0/16
  Behaviour normal = Behaviour::kReady;
  Behaviour failing = Behaviour::kReady;
  int fails_from = 0;  // seconds into each round
  int fails_until = 0;
};

enum class Record : std::uint8_t { kMx, kNullMx, kNoSuchDomain, kNoAddress, kServerFailure };

struct ScriptedDestination {
  std::string name;
  Record record = Record::kMx;
  std::vector<std::string> hosts;  // most preferred first, 10 apart
  int fails_until = 0;             // of kServerFailure: then it answers with its hosts
};

constexpr std::chrono::seconds kRound{80};  // then the play begins again

// At the end of each round our own port 25 is cut: nobody answers us, nor the mail server beside us.
constexpr std::chrono::seconds kCutOffFrom{60};
constexpr std::chrono::seconds kCutOffUntil{72};

// The others are there to be denied.
bool is_on_loopback(const ScriptedHost& host);

const std::vector<ScriptedHost>& scripted_hosts();
const std::vector<ScriptedDestination>& scripted_destinations();
// Large providers, as far as this internet has any: when they are silent, it is us.
const std::vector<ScriptedDestination>& scripted_controls();

bool is_cut_off(std::chrono::seconds time);
// What the host does this far into the play, as far as we can see.
Behaviour behaviour_at(const ScriptedHost& host, std::chrono::seconds time);
bool fails_at(const ScriptedDestination& destination, std::chrono::seconds time);

}  // namespace mxpulse::demo
