#include "world/text_formats.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <unordered_set>

namespace mxpulse::test {
namespace {

bool is_one_printable_line(std::string_view line) {
  return line.ends_with('\n') && std::all_of(line.begin(), line.end() - 1, [](char c) { return c >= ' ' && c <= '~'; });
}

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':';
  });
}

// Takes `"..."` with its escapes off the front.
bool take_quoted(std::string_view& text) {
  if (!text.starts_with('"')) return false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

bool is_sample(std::string_view line) {
  const auto end = line.find_first_of("{ ");
  if (end == std::string_view::npos || !is_name(line.substr(0, end))) return false;
  line.remove_prefix(end);
  if (line.starts_with('{')) {
    line.remove_prefix(1);
    while (!line.starts_with('}')) {
      const auto equals = line.find('=');
      if (equals == std::string_view::npos || !is_name(line.substr(0, equals))) return false;
      line.remove_prefix(equals + 1);
      if (!take_quoted(line)) return false;
      if (line.starts_with(',')) line.remove_prefix(1);
    }
    line.remove_prefix(1);
  }
  if (!line.starts_with(' ')) return false;
  line.remove_prefix(1);
  if (line == "NaN" || line == "+Inf" || line == "-Inf") return true;
  double value = 0;
  const auto read = std::from_chars(line.data(), line.data() + line.size(), value);
  return read.ec == std::errc() && read.ptr == line.data() + line.size();
}

}  // namespace

bool is_logfmt_line(std::string_view line) {
  if (!is_one_printable_line(line)) return false;
  line.remove_suffix(1);
  for (;;) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos || !is_name(line.substr(0, equals))) return false;
    line.remove_prefix(equals + 1);
    if (line.starts_with('"')) {
      if (!take_quoted(line)) return false;
    } else {
      line.remove_prefix(std::min(line.size(), line.find_first_of(" \"")));
    }
    if (line.empty()) return true;
    if (!line.starts_with(' ')) return false;
    line.remove_prefix(1);
  }
}

bool is_json_line(std::string_view line) {
  return is_one_printable_line(line) && line.starts_with('{') && nlohmann::json::accept(line.begin(), line.end() - 1);
}

std::string bad_metrics_line(std::string_view text) {
  std::unordered_set<std::string_view> series;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return std::string(text);
    const auto line = text.substr(0, end);
    text.remove_prefix(end + 1);
    const bool comment = line.starts_with("# HELP ") || line.starts_with("# TYPE ");
    if (comment) continue;
    const bool told_once = series.insert(line.substr(0, line.rfind(' '))).second;  // else the whole scrape is thrown away
    if (!is_sample(line) || !told_once) return std::string(line);
  }
  return "";
}

}  // namespace mxpulse::test
