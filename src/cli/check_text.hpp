// A report for people: the verdict first, then each address with its phases.
#pragma once

#include <string>

#include "cli/check_report.hpp"

namespace mxpulse::cli {

// Several lines, each ended. Colours are ANSI escapes of our own; nothing remote is unescaped.
std::string to_text(const CheckReport& report, bool colour);

}  // namespace mxpulse::cli
