// A DNS answer, read from the bytes a server sent.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mxpulse/address.hpp"
#include "mxpulse/dns_observer.hpp"
#include "mxpulse/domain_name.hpp"
#include "mxpulse/time.hpp"

namespace mxpulse::dns {

enum class Type : std::uint16_t { kA = 1, kNs = 2, kMx = 15, kAaaa = 28 };  // RFC 1035 3.2.2, RFC 3596 2.1

struct MxRecord {
  std::uint16_t preference = 0;
  DomainName host;    // empty when `null` or when the name is none that mail could be sent to
  bool null = false;  // "." (RFC 7505)
};

struct Answer {
  DnsAnswer kind = DnsAnswer::kMalformed;
  std::vector<MxRecord> mx;        // type MX
  std::vector<Address> addresses;  // types A and AAAA
  Duration ttl{0};                 // the shortest on the way, or the negative one (RFC 2308 5); 0 if there is none
};

inline constexpr std::size_t kRecordsMax = 1000;  // of one message that are looked at
inline constexpr int kAliasesMax = 8;             // CNAMEs in a row that are followed within one message

// Never fails: what cannot be read is kMalformed. Only records of `type` that `name` or its aliases own are taken.
Answer read_answer(std::span<const unsigned char> message, const DomainName& name, Type type);

}  // namespace mxpulse::dns
