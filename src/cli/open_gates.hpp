// mxpulse open-gates: empties the hold tables when no daemon does.
#pragma once

#include <string>
#include <vector>

namespace mxpulse::cli {

int open_gates(const std::vector<std::string>& arguments);

}  // namespace mxpulse::cli
