// mxpulse run --config FILE
#pragma once

#include <string>
#include <vector>

namespace mxpulse::cli {

int run(const std::vector<std::string>& arguments);

}  // namespace mxpulse::cli
