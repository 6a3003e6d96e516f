// Where the project lies.
#pragma once

#include <filesystem>

namespace mxpulse::test {

std::filesystem::path source_folder();

}  // namespace mxpulse::test
