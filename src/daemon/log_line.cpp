#include "daemon/log_line.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace mxpulse::daemon {
namespace {

// RFC 3339, UTC, milliseconds.
std::string timestamp(SystemTime time) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(milliseconds % 1000));
  return utc_text(time, "%Y-%m-%dT%H:%M:%S") + fraction.data();
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_.:/@+,[]").find(c) != std::string_view::npos;
}

std::string in_quotes(std::string_view value) {
  std::string text = "\"";
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      text += '\\';
      text += c;
    } else if (byte < 0x20 || byte >= 0x7f) {
      std::array<char, 5> escape{};
      std::snprintf(escape.data(), escape.size(), "\\x%02X", static_cast<unsigned>(byte));
      text += escape.data();
    } else {
      text += c;
    }
  }
  return text + '"';
}

std::string logfmt_value(const std::string& value) {
  const bool plain = !value.empty() && std::all_of(value.begin(), value.end(), is_plain);
  return plain ? value : in_quotes(value);
}

}  // namespace

std::string format(const LogLine& line, LogFormat format) {
  if (format == LogFormat::kJson) {
    nlohmann::ordered_json object{{"time", timestamp(line.time)}, {"level", label(line.level)}, {"event", line.event}};
    for (const auto& [key, value] : line.fields) object[std::string(key)] = value;
    return object.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
  }
  std::string text =
      "time=" + timestamp(line.time) + " level=" + std::string(label(line.level)) + " event=" + std::string(line.event);
  for (const auto& [key, value] : line.fields) text += " " + std::string(key) + "=" + logfmt_value(value);
  return text;
}

}  // namespace mxpulse::daemon
