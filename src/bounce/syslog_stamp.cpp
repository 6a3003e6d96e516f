#include "bounce/syslog_stamp.hpp"

#include <array>
#include <charconv>
#include <ctime>

namespace mxpulse::bounce {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// The number in exactly these characters; a leading blank counts as zero ("Nov  4").
std::optional<int> number_at(std::string_view text, std::size_t at, std::size_t length) {
  if (text.size() < at + length) return std::nullopt;
  int number = 0;
  for (const char c : text.substr(at, length)) {
    if (c != ' ' && (c < '0' || c > '9')) return std::nullopt;
    number = number * 10 + (c == ' ' ? 0 : c - '0');
  }
  return number;
}

// "HH:MM:SS" at this place into `time`.
bool read_clock(std::string_view text, std::size_t at, std::tm& time) {
  const auto hour = number_at(text, at, 2);
  const auto minute = number_at(text, at + 3, 2);
  const auto second = number_at(text, at + 6, 2);
  if (!hour || !minute || !second || text[at + 2] != ':' || text[at + 5] != ':') return false;
  if (*hour > 23 || *minute > 59 || *second > 60) return false;
  time.tm_hour = *hour;
  time.tm_min = *minute;
  time.tm_sec = *second;
  return true;
}

std::optional<SystemTime> read_rfc3339(std::string_view line) {
  std::tm time{};
  const auto year = number_at(line, 0, 4);
  const auto month = number_at(line, 5, 2);
  const auto day = number_at(line, 8, 2);
  if (!year || !month || !day || line.size() < 20 || line[4] != '-' || line[7] != '-' || line[10] != 'T') return std::nullopt;
  if (!read_clock(line, 11, time)) return std::nullopt;
  time.tm_year = *year - 1900;
  time.tm_mon = *month - 1;
  time.tm_mday = *day;

  std::size_t at = 19;
  if (line[at] == '.') at = line.find_first_not_of("0123456789", at + 1);
  if (at == std::string_view::npos) return std::nullopt;
  int offset_minutes = 0;
  if (line[at] == '+' || line[at] == '-') {
    const auto hours = number_at(line, at + 1, 2);
    const auto minutes = number_at(line, at + 4, 2);
    if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    offset_minutes = (*hours * 60 + *minutes) * (line[at] == '-' ? -1 : 1);
  } else if (line[at] != 'Z') {
    return std::nullopt;
  }
  return std::chrono::system_clock::from_time_t(timegm(&time)) - std::chrono::minutes(offset_minutes);
}

std::optional<SystemTime> read_rfc3164(std::string_view line, SystemTime now) {
  std::tm time{};
  for (std::size_t month = 0; month < kMonths.size(); ++month) {
    if (!line.starts_with(kMonths[month])) continue;
    const auto day = number_at(line, 4, 2);
    if (!day || !read_clock(line, 7, time)) return std::nullopt;
    time.tm_mon = static_cast<int>(month);
    time.tm_mday = *day;
    time.tm_isdst = -1;
    const std::time_t now_seconds = std::chrono::system_clock::to_time_t(now);
    std::tm local{};
    localtime_r(&now_seconds, &local);
    // No year is written: a December line read in January is last year's. A day of the future is the clock's inaccuracy.
    for (int year = local.tm_year; year >= local.tm_year - 1; --year) {
      std::tm candidate = time;
      candidate.tm_year = year;
      const std::time_t seconds = mktime(&candidate);
      if (seconds <= now_seconds + std::time_t{24} * 3600) return std::chrono::system_clock::from_time_t(seconds);
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<SystemTime> read_syslog_stamp(std::string_view line, SystemTime now) {
  if (const auto time = read_rfc3339(line)) return time;
  return read_rfc3164(line, now);
}

}  // namespace mxpulse::bounce
