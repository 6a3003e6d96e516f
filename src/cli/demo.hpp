// mxpulse demo: the daemon against a small internet on loopback.
#pragma once

#include <string>
#include <vector>

namespace mxpulse::cli {

int demo(const std::vector<std::string>& arguments);

}  // namespace mxpulse::cli
