// mxpulse config-check FILE
#pragma once

#include <string>
#include <vector>

namespace mxpulse::cli {

int config_check(const std::vector<std::string>& arguments);

}  // namespace mxpulse::cli
