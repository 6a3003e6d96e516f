#include "cli/json_line.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace mxpulse::cli {

JsonLine& JsonLine::key(std::string_view name) {
  separate();
  text_.append("\"").append(name).append("\":");
  follows_ = false;
  return *this;
}

JsonLine& JsonLine::string(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  separate();
  text_ += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      text_.append({'\\', c});
    } else if (byte < 0x20) {
      text_.append("\\u00").append({kHex[byte >> 4], kHex[byte & 15]});
    } else if (byte < 0x7f) {
      text_ += c;
    } else {
      text_ += "\\ufffd";  // the replacement character
    }
  }
  text_ += '"';
  follows_ = true;
  return *this;
}

JsonLine& JsonLine::number(std::int64_t value) { return literal(std::to_string(value)); }

JsonLine& JsonLine::number(double value) {
  if (!std::isfinite(value)) return null();
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return literal({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

JsonLine& JsonLine::open(char bracket) {
  separate();
  text_ += bracket;
  follows_ = false;
  return *this;
}

JsonLine& JsonLine::close(char bracket) {
  text_ += bracket;
  follows_ = true;
  return *this;
}

JsonLine& JsonLine::literal(std::string_view text) {
  separate();
  text_ += text;
  follows_ = true;
  return *this;
}

void JsonLine::separate() {
  if (follows_) text_ += ',';
}

}  // namespace mxpulse::cli
