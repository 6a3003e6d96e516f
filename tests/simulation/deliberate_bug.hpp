// Which bug the copies of the sources have now. See deliberate_bugs.py.
#pragma once

#include <string_view>
#include <vector>

namespace mxpulse::test {

const std::vector<std::string_view>& deliberate_bugs();
// Empty: none.
void choose_bug(std::string_view name);
bool deliberate_bug(std::string_view name);

}  // namespace mxpulse::test
