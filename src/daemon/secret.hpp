// A secret that a file keeps: the token of an HTTP client, the key of a signature.
#pragma once

#include <string>
#include <string_view>

#include "mxpulse/result.hpp"

namespace mxpulse::daemon {

inline constexpr std::size_t kSecretMin = 16;  // bytes; fewer can be guessed
inline constexpr std::size_t kSecretMax = 4096;

// The file's first line. Its failure names the file and the mend.
Result<std::string> read_secret(const std::string& path);

// Takes as long for a wrong guess as for a right one of the same length.
bool is_same_secret(std::string_view ours, std::string_view given);

}  // namespace mxpulse::daemon
