// mxpulse status: what the running daemon watches, worst first.
#pragma once

#include <string>
#include <vector>

namespace mxpulse::cli {

int status(const std::vector<std::string>& arguments);

}  // namespace mxpulse::cli
