// mxpulse classify: what logs and delivery reports say, one JSON object an event.
#pragma once

#include <string>
#include <vector>

namespace mxpulse::cli {

int classify(const std::vector<std::string>& arguments);

}  // namespace mxpulse::cli
