#include "bounce/report_fields.hpp"

#include <algorithm>

namespace mxpulse::bounce {
namespace {

constexpr std::size_t kFieldsMax = 64;  // of one block
constexpr std::size_t kValueMax = 4096;
constexpr std::size_t kNameMax = 76;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kNameMax && std::all_of(name.begin(), name.end(), [](char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

}  // namespace

void FieldBlock::add(std::string_view name, std::string_view value) {
  if (fields_.size() < kFieldsMax) fields_.emplace_back(name, value.substr(0, kValueMax));
}

void FieldBlock::continue_last(std::string_view folded) {
  if (fields_.empty()) return;
  auto& value = fields_.back().second;
  if (value.size() < kValueMax) value.append("\n").append(folded.substr(0, kValueMax - value.size()));
}

std::string_view FieldBlock::value(std::string_view name) const {
  for (const auto& field : fields_) {
    if (equal_ignoring_case(field.first, name)) return field.second;
  }
  return {};
}

std::string_view FieldBlock::value_of_name_ending(std::string_view end) const {
  for (const auto& [name, value] : fields_) {
    if (name.size() > end.size() && equal_ignoring_case(std::string_view(name).substr(name.size() - end.size()), end))
      return value;
  }
  return {};
}

bool FieldBlock::names_a_recipient() const {
  return !value("Final-Recipient").empty() || !value("Original-Recipient").empty() || !value("X-Actual-Recipient").empty();
}

std::vector<FieldBlock> read_field_blocks(std::string_view text) {
  std::vector<FieldBlock> blocks(1);
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const auto content = trimmed(line);
    if (content.empty()) {
      if (blocks.size() > kRecipientsMax) break;
      if (!blocks.back().empty()) blocks.emplace_back();
      continue;
    }
    const auto colon = line.find(':');
    if (is_blank(line.front())) {
      blocks.back().continue_last(content);
    } else if (colon != std::string_view::npos && is_name(line.substr(0, colon))) {
      blocks.back().add(line.substr(0, colon), trimmed(line.substr(colon + 1)));
    }
  }
  if (blocks.back().empty()) blocks.pop_back();
  return blocks;
}

TypedValue split_type(std::string_view value) {
  const auto semicolon = value.find(';');
  if (semicolon == std::string_view::npos || !is_name(trimmed(value.substr(0, semicolon)))) return {{}, trimmed(value)};
  return {trimmed(value.substr(0, semicolon)), trimmed(value.substr(semicolon + 1))};
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string on_one_line(std::string_view text) {
  std::string line;
  for (const char c : trimmed(text)) {
    if (!is_blank(c)) {
      line += c;
    } else if (line.back() != ' ') {
      line += ' ';
    }
  }
  return line;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace mxpulse::bounce
