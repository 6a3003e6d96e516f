// What an MTA's log or a delivery report says about one delivery attempt.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mxpulse/address.hpp"
#include "mxpulse/domain_name.hpp"
#include "mxpulse/time.hpp"

namespace mxpulse {

enum class BounceClass : std::uint8_t {
  kNoAnswer,
  kDnsTemporary,
  kDnsPermanent,
  kBusy,
  kRejected,
  kDelivered,
  kSuspended,
  kOther
};

constexpr std::string_view label(BounceClass bounce_class) {
  switch (bounce_class) {
    case BounceClass::kNoAnswer: return "no_answer";
    case BounceClass::kDnsTemporary: return "dns_temporary";
    case BounceClass::kDnsPermanent: return "dns_permanent";
    case BounceClass::kBusy: return "busy";
    case BounceClass::kRejected: return "rejected";
    case BounceClass::kDelivered: return "delivered";
    case BounceClass::kSuspended: return "suspended";
    case BounceClass::kOther: return "other";
  }
  return "other";
}

struct BounceEvent {
  std::optional<SystemTime> time;  // when the MTA wrote it, if the stamp can be read
  std::string queue_id;            // with the destination, what makes a message distinct
  DomainName destination;
  std::string host;  // the host the MTA names; hostile text, empty if it names none
  std::optional<Address> address;
  std::string enhanced_code;  // "4.4.1"; empty if it gives none
  BounceClass bounce_class = BounceClass::kOther;
  std::string text;  // the MTA's words; hostile, at most 512 bytes
};

}  // namespace mxpulse
