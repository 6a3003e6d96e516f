// What every page has around it.
#pragma once

#include <string>
#include <string_view>

namespace mxpulse::page {

// `main` is markup. Its style and script come from our own origin alone, and nothing of it is inline.
std::string framed(std::string_view title, std::string_view main);

}  // namespace mxpulse::page
