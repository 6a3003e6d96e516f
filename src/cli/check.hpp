// mxpulse check TARGET...: asks now, without a daemon.
#pragma once

#include <string>
#include <vector>

namespace mxpulse::cli {

int check(const std::vector<std::string>& arguments);

}  // namespace mxpulse::cli
