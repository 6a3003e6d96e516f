#include "cli/controls.hpp"

#include <algorithm>

#include "config/config.hpp"
#include "net/address_policy.hpp"

namespace mxpulse::cli {

std::vector<std::string> control_domains() {
  std::vector<std::string> domains;
  for (const DomainName& name : config::default_controls()) domains.emplace_back(name.text());
  return domains;
}

bool raises_doubt(const CheckReport& report) {
  return report.health.verdict == Verdict::kUnavailable &&
         std::any_of(report.asked.begin(), report.asked.end(),
                     [](const AskedAddress& asked) { return !net::is_special(asked.address); });
}

std::string control_sentence(std::size_t answering, std::size_t asked) {
  const std::string count = std::to_string(answering) + " of " + std::to_string(asked) + " large providers answer";
  if (answering == 0) {
    return "Is it us? Very likely: " + count + " on port 25 from here. Look whether this network lets port 25 out.";
  }
  return "Is it us? No: " + count + " from here.";
}

}  // namespace mxpulse::cli
