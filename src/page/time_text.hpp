// Times as people read them.
#pragma once

#include <optional>
#include <string>

#include "mxpulse/time.hpp"

namespace mxpulse::page {

// "<time datetime=...>25 Nov 14:02:00 UTC</time>"; kUnknown without a time.
std::string time_element(const std::optional<SystemTime>& time);

// "42 s", "17 min", "1 h 12 min", "3 d 4 h"; of a negative one "0 s".
std::string lasted(Duration duration);

// "in 12 s", "now"; kUnknown without a time.
std::string time_until(const std::optional<SystemTime>& time, SystemTime now);

// Two lines: the words, and below them smaller the time itself.
std::string dated(const std::string& words, const std::optional<SystemTime>& time);

// "0.8 ms", "1004 ms"
std::string milliseconds_text(const std::optional<Duration>& duration);

}  // namespace mxpulse::page
