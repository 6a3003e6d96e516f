// mxpulse report: the evidence about a destination, to send to those who run its mail hosts.
#pragma once

#include <string>
#include <vector>

namespace mxpulse::cli {

int report(const std::vector<std::string>& arguments);

}  // namespace mxpulse::cli
