// Those who want to know how our resolvers do.
#pragma once

#include <cstdint>
#include <string_view>

#include "mxpulse/time.hpp"

namespace mxpulse {

enum class DnsAnswer : std::uint8_t { kAnswer, kNoData, kNoSuchDomain, kServerFailure, kRefused, kMalformed, kTimeout };

constexpr std::string_view label(DnsAnswer answer) {
  switch (answer) {
    case DnsAnswer::kAnswer: return "answer";
    case DnsAnswer::kNoData: return "no_data";
    case DnsAnswer::kNoSuchDomain: return "no_such_domain";
    case DnsAnswer::kServerFailure: return "server_failure";
    case DnsAnswer::kRefused: return "refused";
    case DnsAnswer::kMalformed: return "malformed";
    case DnsAnswer::kTimeout: return "timeout";
  }
  return "malformed";
}

// Called on the loop's thread.
class DnsObserver {
 public:
  virtual ~DnsObserver() = default;

  // One query that went to a server, retransmissions included; `took` until its answer or the last timeout.
  virtual void queried(DnsAnswer /*answer*/, Duration /*took*/) {}
  // An answer came from the cache; `stale`: beyond its TTL, because no server gave a fresh one (RFC 8767).
  virtual void cache_hit(bool /*stale*/) {}
  // Whether any of our resolvers answers at all; told when it changes.
  virtual void resolver_answers(bool /*answers*/) {}
};

}  // namespace mxpulse
