// Files that are part of the program; CMake puts them there.
#pragma once

#include <string_view>

namespace mxpulse::page {

extern const std::string_view kStatusCss;
extern const std::string_view kStatusJs;
extern const std::string_view kIconSvg;
extern const std::string_view kRunbook;  // that section of README.md

}  // namespace mxpulse::page
