#include "mxpulse/time.hpp"

#include <array>
#include <ctime>

namespace mxpulse {

std::string utc_text(SystemTime time, const char* format) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &utc)};
}

std::string rfc3339(SystemTime time) { return utc_text(time, "%Y-%m-%dT%H:%M:%SZ"); }

}  // namespace mxpulse
