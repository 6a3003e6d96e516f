// What an MTA's log or a delivery report says about one delivery attempt.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mxpulse/address.hpp"
#include "mxpulse/cause.hpp"
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

// Whose words the event rests on: the sending MTA's own, or a reply of the host it spoke with.
enum class SaidBy : std::uint8_t { kLocal, kRemote };

constexpr std::string_view label(SaidBy said_by) { return said_by == SaidBy::kLocal ? "local" : "remote"; }

struct BounceEvent {
  std::optional<SystemTime> time;  // when the MTA wrote it, if the stamp can be read
  std::string queue_id;            // with the destination, what makes a message distinct; empty if there is none
  DomainName destination;
  std::string host;  // the host the MTA names; hostile text, at most 255 bytes, empty if it names none
  std::optional<Address> address;
  std::optional<int> reply_code;  // 200 to 599; of the remote host, or what the MTA writes in its place
  std::string enhanced_code;      // "4.4.1"; empty if it gives none
  BounceClass bounce_class = BounceClass::kOther;
  std::optional<Cause> cause;  // of no_answer, dns_*, busy and rejected; empty where the words do not tell
  SaidBy said_by = SaidBy::kLocal;
  std::string text;  // the MTA's words; hostile, at most kBounceTextMax bytes
};

inline constexpr std::size_t kBounceTextMax = 512;

}  // namespace mxpulse
