#include "cli/json_line.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace mxpulse::cli {
namespace {

// A lambda, not a function: std::find_if_not() takes it into its loop.
constexpr auto kIsPlain = [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; };

}  // namespace

JsonLine& JsonLine::key(std::string_view name) {
  separate();
  text_ += '"';
  text_ += name;
  text_ += '"';
  text_ += ':';
  follows_ = false;
  return *this;
}

JsonLine& JsonLine::string(std::string_view text) {
  separate();
  text_ += '"';
  while (true) {
    const auto plain = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), kIsPlain) - text.begin());
    text_ += text.substr(0, plain);
    if (plain == text.size()) break;
    escape(text[plain]);
    text.remove_prefix(plain + 1);
  }
  text_ += '"';
  follows_ = true;
  return *this;
}

void JsonLine::escape(char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  if (c == '"' || c == '\\') {
    text_.append({'\\', c});
  } else if (byte < 0x20) {
    text_.append("\\u00").append({kHex[byte >> 4], kHex[byte & 15]});
  } else {
    text_ += "\\ufffd";  // the replacement character
  }
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
