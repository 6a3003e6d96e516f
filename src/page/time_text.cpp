#include "page/time_text.hpp"

#include <array>
#include <cstdio>

#include "page/html.hpp"

namespace mxpulse::page {
namespace {

std::string two(long large, const char* large_unit, long small, const char* small_unit) {
  std::string text = std::to_string(large) + large_unit;
  if (small > 0) text += " " + std::to_string(small) + small_unit;
  return text;
}

}  // namespace

std::string time_element(const std::optional<SystemTime>& time) {
  if (!time) return std::string(kUnknown);
  return "<time datetime=\"" + rfc3339(*time) + "\">" + utc_text(*time, "%d %b %H:%M:%S UTC") + "</time>";
}

std::string lasted(Duration duration) {
  const long seconds = std::max(0L, static_cast<long>(std::chrono::duration_cast<std::chrono::seconds>(duration).count()));
  constexpr long kMinute = 60;
  constexpr long kHour = 60 * kMinute;
  constexpr long kDay = 24 * kHour;
  if (seconds < kMinute) return std::to_string(seconds) + " s";
  if (seconds < kHour) return std::to_string(seconds / kMinute) + " min";
  if (seconds < kDay) return two(seconds / kHour, " h", seconds % kHour / kMinute, " min");
  return two(seconds / kDay, " d", seconds % kDay / kHour, " h");
}

std::string time_until(const std::optional<SystemTime>& time, SystemTime now) {
  if (!time) return std::string(kUnknown);
  return *time - now < std::chrono::seconds(1) ? "now" : "in " + lasted(*time - now);
}

std::string dated(const std::string& words, const std::optional<SystemTime>& time) {
  return time ? words + " <small>" + time_element(time) + "</small>" : words;
}

std::string milliseconds_text(const std::optional<Duration>& duration) {
  if (!duration) return std::string(kUnknown);
  const double milliseconds = to_seconds(*duration) * 1000;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), milliseconds < 10 ? "%.2f ms" : "%.0f ms", milliseconds);
  return text.data();
}

}  // namespace mxpulse::page
