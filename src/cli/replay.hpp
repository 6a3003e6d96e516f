// mxpulse replay: what old logs would have looked like with a gate.
#pragma once

#include <string>
#include <vector>

namespace mxpulse::cli {

int replay(const std::vector<std::string>& arguments);

}  // namespace mxpulse::cli
