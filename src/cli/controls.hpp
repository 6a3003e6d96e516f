// "Is it us?": hosts of several large providers, asked when targets on the Internet give no answer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/check_report.hpp"

namespace mxpulse::cli {

// The daemon's own controls.
std::vector<std::string> control_domains();

// Whether a report is reason to doubt ourselves: nobody answers, at an address that is on the Internet at all. Loopback,
// private and documentation addresses prove nothing, and a check of them sends nothing elsewhere.
bool raises_doubt(const CheckReport& report);

// What the controls say, for people. `answering` of `asked` controls answered.
std::string control_sentence(std::size_t answering, std::size_t asked);

}  // namespace mxpulse::cli
