#include "http/accept.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

namespace mxpulse::http {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// What stands before the separator, taken from the text.
std::string_view take(std::string_view& text, char separator) {
  const auto end = std::min(text.find(separator), text.size());
  const std::string_view piece = trimmed(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return piece;
}

struct Choice {
  std::string_view what;
  std::string_view version;
  double weight = 1;  // 0: not acceptable
};

double weight_of(std::string_view digits) {
  double weight = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), weight);
  return weight;
}

std::vector<Choice> choices(std::string_view header) {
  std::vector<Choice> all;
  while (!header.empty()) {
    std::string_view entry = take(header, ',');
    Choice choice{take(entry, ';'), "", 1};
    while (!entry.empty()) {
      const std::string_view parameter = take(entry, ';');
      if (parameter.starts_with("q=")) choice.weight = weight_of(parameter.substr(2));
      if (parameter.starts_with("version=")) choice.version = parameter.substr(8);
    }
    all.push_back(choice);
  }
  return all;
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
  const auto all = choices(accept_encoding);
  return std::ranges::any_of(all, [](const Choice& one) { return one.what == "gzip" && one.weight > 0; });
}

bool prefers_open_metrics(std::string_view accept) {
  double open = 0;
  double text = 0;
  for (const Choice& one : choices(accept)) {
    if (one.what == "application/openmetrics-text" && (one.version.empty() || one.version == "1.0.0"))
      open = std::max(open, one.weight);
    if (one.what == "text/plain") text = std::max(text, one.weight);
  }
  return open > 0 && open >= text;
}

}  // namespace mxpulse::http
