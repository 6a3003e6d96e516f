// mxpulse gate: asks the running daemon whether mail to a destination may go.
#pragma once

#include <string>
#include <vector>

namespace mxpulse::cli {

int gate(const std::vector<std::string>& arguments);

}  // namespace mxpulse::cli
