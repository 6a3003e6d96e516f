// mxpulse explain: why the running daemon says what it says of a destination, step by step.
#pragma once

#include <string>
#include <vector>

namespace mxpulse::cli {

int explain(const std::vector<std::string>& arguments);

}  // namespace mxpulse::cli
