// Who runs a mail host: its registered domain.
#pragma once

#include <memory>
#include <string>

#include "mxpulse/domain_name.hpp"

struct psl_ctx_st;

namespace mxpulse::dns {

// The system's public suffix list (libpsl), read once.
class ProviderList {
 public:
  ProviderList();

  // "mx1.mail.example.co.uk" -> "example.co.uk"; the name itself when it is a public suffix or below none.
  std::string provider_of(const DomainName& host) const;

 private:
  std::unique_ptr<psl_ctx_st, void (*)(psl_ctx_st*)> list_;
};

}  // namespace mxpulse::dns
