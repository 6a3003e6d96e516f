// A report as one line of JSON.
#pragma once

#include <string>

#include "cli/check_report.hpp"

namespace mxpulse::cli {

// Without the line end; printable ASCII only.
std::string to_json(const CheckReport& report);

}  // namespace mxpulse::cli
