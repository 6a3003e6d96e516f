#include "bounce/syslog_stamp.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace mxpulse::bounce {
namespace {

constexpr std::size_t kWordsLookedAt = 8;  // a container's name, syslog's host and tag may stand before the MTA's own stamp
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void skip_blanks(std::string_view& text) { text.remove_prefix(std::min(text.find_first_not_of(' '), text.size())); }

// Takes a number of at least `least` and at most `most` digits from the front.
std::optional<int> take_number(std::string_view& text, std::size_t least, std::size_t most) {
  int number = 0;
  std::size_t length = 0;
  for (; length < text.size() && length < most && is_digit(text[length]); ++length) number = number * 10 + (text[length] - '0');
  if (length < least) return std::nullopt;
  text.remove_prefix(length);
  return number;
}

bool take_one_of(std::string_view& text, std::string_view characters) {
  if (text.empty() || characters.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// Takes "HH:MM:SS", with ".123456" or ",123" behind it or not.
bool take_clock(std::string_view& text, std::tm& time) {
  const auto hour = take_number(text, 2, 2);
  if (!hour || !take_one_of(text, ":")) return false;
  const auto minute = take_number(text, 2, 2);
  if (!minute || !take_one_of(text, ":")) return false;
  const auto second = take_number(text, 2, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return false;
  if (text.size() > 1 && (text[0] == '.' || text[0] == ',') && is_digit(text[1]))
    text.remove_prefix(std::min(text.find_first_not_of("0123456789", 1), text.size()));
  time.tm_hour = *hour;
  time.tm_min = *minute;
  time.tm_sec = *second;
  return true;
}

// "Z", "+01:00", "+0100", "+01", a blank before it or not.
std::optional<std::chrono::minutes> take_zone(std::string_view& text) {
  auto rest = text;
  if (rest.size() > 1 && rest[0] == ' ' && (rest[1] == '+' || rest[1] == '-')) rest.remove_prefix(1);
  if (take_one_of(rest, "Zz")) return text = rest, std::chrono::minutes(0);
  const bool west = rest.starts_with('-');
  if (!take_one_of(rest, "+-")) return std::nullopt;
  const auto hours = take_number(rest, 2, 2);
  take_one_of(rest, ":");
  const auto minutes = take_number(rest, 2, 2).value_or(0);
  if (!hours || *hours > 23 || minutes > 59) return std::nullopt;
  text = rest;
  const std::chrono::minutes offset(*hours * 60 + minutes);
  return west ? -offset : offset;
}

// The clock counts nanoseconds: a year far away does not fit.
bool is_date(int year, int month, int day) {
  return year >= 1970 && year <= 2200 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

SystemTime local_time(std::tm time) {
  time.tm_isdst = -1;
  return std::chrono::system_clock::from_time_t(mktime(&time));
}

// "2026-11-24T07:00:00+01:00" and its like
std::optional<SystemTime> read_iso(std::string_view text) {
  std::tm time{};
  const auto year = take_number(text, 4, 4);
  if (!year || !take_one_of(text, "-/")) return std::nullopt;
  const auto month = take_number(text, 2, 2);
  if (!month || !take_one_of(text, "-/")) return std::nullopt;
  const auto day = take_number(text, 2, 2);
  if (!day || !take_one_of(text, "Tt ") || !take_clock(text, time) || !is_date(*year, *month, *day)) return std::nullopt;
  time.tm_year = *year - 1900;
  time.tm_mon = *month - 1;
  time.tm_mday = *day;
  const auto zone = take_zone(text);
  return zone ? std::chrono::system_clock::from_time_t(timegm(&time)) - *zone : local_time(time);
}

// No year is written: a December line read in January is last year's. A day of the future is the clock's inaccuracy.
std::optional<SystemTime> in_last_year_or_this(std::tm time, SystemTime now) {
  const std::time_t seconds_now = std::chrono::system_clock::to_time_t(now);
  std::tm local{};
  localtime_r(&seconds_now, &local);
  for (int year = local.tm_year; year >= local.tm_year - 1; --year) {
    time.tm_year = year;
    const auto candidate = local_time(time);
    if (candidate <= now + std::chrono::hours(24)) return candidate;
  }
  return std::nullopt;
}

// "Nov  4 07:00:00", "Nov 4 2026 07:00:00", "Nov  4 07:00:00 2026"
std::optional<SystemTime> read_traditional(std::string_view text, SystemTime now) {
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(0, 3));
  if (month == kMonths.end()) return std::nullopt;
  text.remove_prefix(3);
  if (!text.starts_with(' ')) return std::nullopt;
  skip_blanks(text);
  const auto day = take_number(text, 1, 2);
  if (!day || !text.starts_with(' ')) return std::nullopt;
  skip_blanks(text);

  std::optional<int> year;
  const auto take_year = [&] {
    auto rest = text;
    const auto number = take_number(rest, 4, 4);
    if (!number || !rest.starts_with(' ')) return;
    year = number;
    text = rest;
    skip_blanks(text);
  };
  take_year();
  std::tm time{};
  if (!take_clock(text, time)) return std::nullopt;
  skip_blanks(text);
  if (!year) take_year();
  time.tm_mon = static_cast<int>(month - kMonths.begin());
  time.tm_mday = *day;
  if (!is_date(year.value_or(2000), time.tm_mon + 1, *day)) return std::nullopt;
  if (!year) return in_last_year_or_this(time, now);
  time.tm_year = *year - 1900;
  return local_time(time);
}

// A word without what a syslog puts around its stamp: "<22>Nov", "<22>1", "[2026-11-24".
std::string_view bare(std::string_view text) {
  if (text.starts_with('<')) text.remove_prefix(std::min(text.find('>') + 1, text.size()));
  if (text.starts_with('[')) text.remove_prefix(1);
  return text;
}

template <typename Read>
std::optional<SystemTime> first_time(std::string_view text, const Read& read) {
  for (std::size_t words = 0; words < kWordsLookedAt && !text.empty(); ++words) {
    if (const auto time = read(bare(text))) return time;
    text.remove_prefix(std::min(text.find(' '), text.size()));
    skip_blanks(text);
  }
  return std::nullopt;
}

}  // namespace

std::optional<SystemTime> read_syslog_stamp(std::string_view before, SystemTime now) {
  if (const auto time = first_time(before, read_iso)) return time;
  return first_time(before, [&](std::string_view text) { return read_traditional(text, now); });
}

}  // namespace mxpulse::bounce
