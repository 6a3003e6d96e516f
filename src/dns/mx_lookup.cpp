#include "dns/mx_lookup.hpp"

#include <algorithm>
#include <set>

namespace mxpulse::dns {

MxLookup::MxLookup(Lookups& lookups, const ProviderList& providers, std::mt19937_64& random, const DomainName& destination,
                   LookupOwner& owner)
    : lookups_(lookups), providers_(providers), random_(random), owner_(owner) {
  set_->destination = destination;
  set_->fresh = false;
}

void MxLookup::begin() {
  lookups_.look_up({set_->destination, Type::kMx}, [this](const Looked& looked) { take_mx(looked); });
}

void MxLookup::take_mx(const Looked& looked) {
  set_->fresh = looked.from_servers;
  set_->stale = looked.stale;
  if (!looked.answer) return fail(looked.failure->cause, looked.failure->why);
  switch (looked.answer->kind) {
    case DnsAnswer::kNoSuchDomain: return fail(Cause::kNoSuchDomain, set_->destination.text() + " does not exist");
    case DnsAnswer::kNoData:
      // Only where there is no MX record at all is the domain its own mail host.
      set_->implicit = true;
      return take_hosts({{0, set_->destination, false}});
    default: break;
  }
  std::vector<MxRecord> records = looked.answer->mx;
  std::erase_if(records, [](const MxRecord& one) { return one.null; });
  if (records.empty()) return fail(Cause::kNullMx, "a null MX record: " + set_->destination.text() + " takes no mail");
  take_hosts(std::move(records));
}

void MxLookup::take_hosts(std::vector<MxRecord> records) {
  // Shuffled, and sorted by preference alone, however equals then stand: in random order (RFC 5321 5.1).
  std::shuffle(records.begin(), records.end(), random_);
  std::sort(records.begin(), records.end(), [](const MxRecord& a, const MxRecord& b) { return a.preference < b.preference; });
  std::set<DomainName> seen;
  for (const MxRecord& record : records) {
    if (!record.host.empty() && !seen.insert(record.host).second) continue;  // named twice: the better preference stands
    if (record.host.empty() || set_->hosts.size() == kHostsMax) {
      ++set_->hosts_omitted;
      continue;
    }
    MxHost host;
    host.name = record.host;
    host.preference = record.preference;
    host.provider = SharedText(providers_.provider_of(record.host));
    set_->hosts.push_back(std::move(host));
  }
  if (set_->hosts.empty()) return fail(Cause::kNoAddress, "no MX record names a host");
  look_up_addresses();
}

void MxLookup::look_up_addresses() {
  answers_.resize(set_->hosts.size());
  unanswered_ = 2 * answers_.size();
  for (std::size_t i = 0; i < answers_.size(); ++i) {
    const DomainName& host = set_->hosts[i].name;
    lookups_.look_up({host, Type::kA}, [this, i](const Looked& looked) {
      answers_[i].v4 = looked;
      address_answered();
    });
    lookups_.look_up({host, Type::kAaaa}, [this, i](const Looked& looked) {
      answers_[i].v6 = looked;
      address_answered();
    });
  }
}

void MxLookup::address_answered() {
  if (--unanswered_ > 0) return;
  for (std::size_t i = 0; i < answers_.size(); ++i) fill(set_->hosts[i], answers_[i]);
  finish();
}

void MxLookup::fill(MxHost& host, const HostAnswers& answers) {
  for (const Looked* looked : {&answers.v4, &answers.v6}) {
    set_->fresh = set_->fresh || looked->from_servers;
    set_->stale = set_->stale || looked->stale;
  }
  // The families in turn, so that the cap leaves some of each.
  static const std::vector<Address> none;
  const auto& v4 = answers.v4.answer ? answers.v4.answer->addresses : none;
  const auto& v6 = answers.v6.answer ? answers.v6.answer->addresses : none;
  std::vector<Address> all;
  for (std::size_t i = 0; i < std::max(v4.size(), v6.size()); ++i) {
    if (i < v4.size()) all.push_back(v4[i]);
    if (i < v6.size()) all.push_back(v6[i]);
  }
  for (const Address& address : all) {
    if (std::find(host.addresses.begin(), host.addresses.end(), address) != host.addresses.end()) continue;
    if (host.addresses.size() < kAddressesPerHostMax)
      host.addresses.push_back(address);
    else
      ++host.addresses_omitted;
  }
  if (!host.addresses.empty()) return;

  const auto& failure = answers.v4.failure ? answers.v4.failure : answers.v6.failure;
  if (failure) {
    host.failure = failure->cause;
    host.why = SharedText(failure->why);
  } else {
    host.failure = Cause::kNoAddress;
    host.why = SharedText(host.name.text() + " has no address");
  }
}

void MxLookup::finish() {
  const auto failed_as = [&](Cause cause) {
    return std::find_if(set_->hosts.begin(), set_->hosts.end(), [&](const MxHost& host) { return host.failure == cause; });
  };
  const bool some_address =
      std::any_of(set_->hosts.begin(), set_->hosts.end(), [](const MxHost& host) { return !host.addresses.empty(); });
  if (some_address) return tell();
  for (const Cause cause : {Cause::kDnsTemporary, Cause::kResolverDown, Cause::kLocalError}) {
    if (const auto host = failed_as(cause); host != set_->hosts.end()) return fail(cause, host->why.view());
  }
  fail(Cause::kNoAddress, set_->implicit ? set_->destination.text() + " has neither MX nor address records"
                                         : "no host of the MX set has an address");
}

void MxLookup::fail(Cause cause, std::string_view why) {
  set_->failure = cause;
  set_->why = SharedText(why);
  tell();
}

void MxLookup::tell() {
  set_->provider = set_->hosts.empty() ? SharedText(providers_.provider_of(set_->destination)) : set_->hosts.front().provider;
  owner_.found(*this, std::move(set_));
}

}  // namespace mxpulse::dns
