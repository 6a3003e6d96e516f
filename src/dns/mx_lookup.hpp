// One destination's MX set: MX, then A and AAAA of each host (RFC 5321 5.1).
#pragma once

#include <list>
#include <memory>
#include <random>
#include <vector>

#include "dns/lookups.hpp"
#include "dns/provider.hpp"
#include "mxpulse/mx_set.hpp"
#include "mxpulse/resolver.hpp"

namespace mxpulse::dns {

class MxLookup;

class LookupOwner {
 public:
  virtual ~LookupOwner() = default;
  // Once, never inside begin(): the owner destroys the lookup now.
  virtual void found(MxLookup& lookup, std::shared_ptr<const MxSet> set) = 0;
};

class MxLookup final {
 public:
  MxLookup(Lookups& lookups, const ProviderList& providers, std::mt19937_64& random, const DomainName& destination,
           LookupOwner& owner);
  MxLookup(const MxLookup&) = delete;
  MxLookup& operator=(const MxLookup&) = delete;

  void begin();

  Resolver::Done done;                  // the owner's
  std::list<MxLookup>::iterator place;  // the owner's

 private:
  struct HostAnswers {
    Looked v4;
    Looked v6;
  };

  void take_mx(const Looked& looked);
  void take_hosts(std::vector<MxRecord> records);
  void look_up_addresses();
  void address_answered();
  void fill(MxHost& host, const HostAnswers& answers);
  void finish();
  void fail(Cause cause, std::string_view why);
  void tell();

  Lookups& lookups_;
  const ProviderList& providers_;
  std::mt19937_64& random_;
  LookupOwner& owner_;
  std::shared_ptr<MxSet> set_ = std::make_shared<MxSet>();
  std::vector<HostAnswers> answers_;  // one for each host of the set
  std::size_t unanswered_ = 0;
};

}  // namespace mxpulse::dns
