#include "dns/provider.hpp"

#include <libpsl.h>

namespace mxpulse::dns {

ProviderList::ProviderList() : list_(psl_latest(nullptr), psl_free) {}

std::string ProviderList::provider_of(const DomainName& host) const {
  const char* registered = list_ ? psl_registrable_domain(list_.get(), host.c_str()) : nullptr;
  return registered != nullptr ? registered : std::string(host.text());
}

}  // namespace mxpulse::dns
