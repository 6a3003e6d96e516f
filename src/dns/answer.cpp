#include "dns/answer.hpp"

#include <arpa/nameser.h>
#include <resolv.h>

#include <algorithm>
#include <array>
#include <optional>

namespace mxpulse::dns {
namespace {

struct Record {
  DomainName owner;
  ns_type type;
  std::uint32_t ttl;
  std::span<const unsigned char> data;
};

std::optional<DomainName> name_at(const ns_msg& message, const unsigned char* at) {
  std::array<char, NS_MAXDNAME> text;
  if (dn_expand(ns_msg_base(message), ns_msg_end(message), at, text.data(), text.size()) < 0) return std::nullopt;
  const auto name = DomainName::parse(text.data());
  return name ? std::optional(*name) : std::nullopt;
}

// The readable records of a section; those with names that are none are left out. Nothing when the section is broken.
// Most are owned by the name that was `asked`, which is then not read anew.
std::optional<std::vector<Record>> records_of(ns_msg& message, ns_sect section, const DomainName& asked) {
  std::vector<Record> records;
  const int count = std::min<int>(ns_msg_count(message, section), kRecordsMax);
  records.reserve(static_cast<std::size_t>(count));
  ns_rr record;  // a kilobyte
  for (int i = 0; i < count; ++i) {
    if (ns_parserr(&message, section, i, &record) != 0) return std::nullopt;
    if (ns_rr_class(record) != ns_c_in) continue;
    const auto owner = ns_rr_name(record) == asked.text() ? asked : DomainName::parse(ns_rr_name(record));
    const bool is_root = ns_rr_name(record)[0] == '.' || ns_rr_name(record)[0] == '\0';
    if (!owner && !is_root) continue;
    records.push_back({owner ? *owner : DomainName(), ns_rr_type(record), static_cast<std::uint32_t>(ns_rr_ttl(record)),
                       std::span(ns_rr_rdata(record), static_cast<std::size_t>(ns_rr_rdlen(record)))});
  }
  return records;
}

std::optional<MxRecord> read_mx(const ns_msg& message, const Record& record) {
  if (record.data.size() < 3) return std::nullopt;
  MxRecord mx;
  mx.preference = static_cast<std::uint16_t>(record.data[0] << 8 | record.data[1]);
  std::array<char, NS_MAXDNAME> text;
  if (dn_expand(ns_msg_base(message), ns_msg_end(message), record.data.data() + 2, text.data(), text.size()) < 0)
    return std::nullopt;
  mx.null = text[0] == '\0' || (text[0] == '.' && text[1] == '\0');
  if (const auto host = DomainName::parse(text.data())) mx.host = *host;
  return mx;
}

// Follows the aliases of `name` as far as this message knows them, and shortens `ttl` by theirs.
DomainName follow_aliases(const ns_msg& message, const std::vector<Record>& records, DomainName name, std::uint32_t& ttl) {
  for (int aliases = 0; aliases < kAliasesMax; ++aliases) {
    const auto alias = std::find_if(records.begin(), records.end(),
                                    [&](const Record& one) { return one.type == ns_t_cname && one.owner == name; });
    if (alias == records.end()) return name;
    const auto target = name_at(message, alias->data.data());
    if (!target) return name;
    ttl = std::min(ttl, alias->ttl);
    name = *target;
  }
  return name;
}

// RFC 2308 5: the lesser of the SOA's own TTL and its MINIMUM, the last of its 20 bytes of numbers.
std::optional<Duration> negative_ttl(const std::vector<Record>& authority) {
  for (const Record& record : authority) {
    if (record.type != ns_t_soa || record.data.size() < 22) continue;
    const auto minimum = static_cast<std::uint32_t>(ns_get32(record.data.data() + record.data.size() - 4));
    return std::chrono::seconds(std::min(record.ttl, minimum));
  }
  return std::nullopt;
}

// A server that only points elsewhere has not answered: it is no resolver for us, or not for this name.
bool is_referral(const ns_msg& message, const std::vector<Record>& authority, bool has_soa) {
  const bool points_elsewhere =
      std::any_of(authority.begin(), authority.end(), [](const Record& one) { return one.type == ns_t_ns; });
  return points_elsewhere && !has_soa && ns_msg_getflag(message, ns_f_aa) == 0 && ns_msg_getflag(message, ns_f_ra) == 0;
}

DnsAnswer kind_of_rcode(int rcode) {
  switch (rcode) {
    case ns_r_noerror: return DnsAnswer::kAnswer;
    case ns_r_nxdomain: return DnsAnswer::kNoSuchDomain;
    case ns_r_servfail: return DnsAnswer::kServerFailure;
    case ns_r_refused:
    case ns_r_notimpl: return DnsAnswer::kRefused;
    default: return DnsAnswer::kMalformed;
  }
}

}  // namespace

Answer read_answer(std::span<const unsigned char> bytes, const DomainName& name, Type type) {
  Answer answer;
  ns_msg message;
  if (bytes.size() > NS_MAXMSG || ns_initparse(bytes.data(), static_cast<int>(bytes.size()), &message) != 0) return answer;
  const DnsAnswer kind = kind_of_rcode(static_cast<int>(ns_msg_getflag(message, ns_f_rcode)));
  if (kind != DnsAnswer::kAnswer && kind != DnsAnswer::kNoSuchDomain) {
    answer.kind = kind;
    return answer;
  }
  const auto records = records_of(message, ns_s_an, name);
  const auto authority = records_of(message, ns_s_ns, name);
  if (!records || !authority) return answer;

  std::uint32_t ttl = 0x7fffffff;  // RFC 2181 8: the greatest there is
  const DomainName owner = follow_aliases(message, *records, name, ttl);
  for (const Record& record : *records) {
    if (record.owner != owner || record.type != static_cast<int>(type)) continue;
    if (type == Type::kMx) {
      const auto mx = read_mx(message, record);
      if (!mx) return Answer{};
      answer.mx.push_back(*mx);
    } else if (type == Type::kA || type == Type::kAaaa) {
      const auto address = Address::from_bytes(record.data.data(), record.data.size());
      if (!address || (address->family == Family::kIPv4) != (type == Type::kA)) return Answer{};
      answer.addresses.push_back(*address);
    }
    ttl = std::min(ttl, record.ttl);
  }
  answer.kind = kind;
  if (!answer.mx.empty() || !answer.addresses.empty()) {
    answer.ttl = std::chrono::seconds(ttl);
    return answer;
  }
  const auto negative = negative_ttl(*authority);
  if (kind == DnsAnswer::kAnswer)
    answer.kind = is_referral(message, *authority, negative.has_value()) ? DnsAnswer::kServerFailure : DnsAnswer::kNoData;
  answer.ttl = negative.value_or(Duration(0));
  return answer;
}

}  // namespace mxpulse::dns
