#include "metrics/text_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

namespace mxpulse::metrics {
namespace {

std::string_view without(std::string_view name, std::string_view ending) {
  if (name.ends_with(ending)) name.remove_suffix(ending.size());
  return name;
}

// OpenMetrics: a counter's family lacks the "_total" of its samples, and an "_info" is a type of its own.
std::string_view family_of(const Name& name) {
  return without(name.type == Type::kCounter ? without(name.name, "_total") : name.name, "_info");
}

std::string_view type_of(const Name& name) { return name.name.ends_with("_info") ? "info" : label(name.type); }

std::string_view unit_of(std::string_view family) {
  for (const std::string_view unit : {"seconds", "bytes"}) {
    if (family.ends_with(unit)) return unit;
  }
  return "";
}

// A lambda, for a function would be called for each character: a third of the time that rendering takes.
constexpr auto kMustBeEscaped = [](char c) { return c == '\\' || c == '"' || c == '\n'; };

}  // namespace

void TextWriter::metric(const Name& name) {
  name_ = &name;
  has_series_ = false;
}

void TextWriter::write_head() {
  const bool open = format_ == MetricsFormat::kOpenMetrics;
  const std::string_view family = open ? family_of(*name_) : name_->name;
  text_.append("# HELP ").append(family).append(" ").append(name_->help).append("\n");
  text_.append("# TYPE ").append(family).append(" ").append(open ? type_of(*name_) : label(name_->type)).append("\n");
  const std::string_view unit = open ? unit_of(family) : "";
  if (!unit.empty()) text_.append("# UNIT ").append(family).append(" ").append(unit).append("\n");
  has_series_ = true;
}

void TextWriter::sample(std::string_view suffix, std::span<const Label> labels, double value) {
  if (!has_series_) write_head();
  text_.append(name_->name).append(suffix);
  char before = '{';
  for (const Label& one : labels) {
    text_ += before;
    text_.append(one.name).append("=\"");
    write_label_value(one.value);
    text_ += '"';
    before = ',';
  }
  if (!labels.empty()) text_ += '}';
  text_ += ' ';
  write_number(value);
  text_ += '\n';
}

void TextWriter::write_label_value(std::string_view value) {
  if (std::none_of(value.begin(), value.end(), kMustBeEscaped)) {
    text_ += value;
    return;
  }
  for (const char c : value) {
    if (c == '\n') {
      text_ += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') text_ += '\\';
    text_ += c;
  }
}

void TextWriter::write_number(double value) {
  constexpr int kDigits = std::numeric_limits<double>::max_digits10 - 1;
  constexpr double kWholeMax = 1e15;  // whole numbers of so few digits are written as they are
  std::array<char, 32> digits;
  const bool whole = std::trunc(value) == value && std::abs(value) < kWholeMax && !(value == 0 && std::signbit(value));
  if (whole) {  // most are, and a double takes twice as long
    const auto [end, error] = std::to_chars(digits.begin(), digits.end(), static_cast<std::int64_t>(value));
    text_.append(digits.begin(), end);
    return;
  }
  const auto [end, error] = std::to_chars(digits.begin(), digits.end(), value, std::chars_format::general, kDigits);
  text_.append(digits.begin(), end);
}

}  // namespace mxpulse::metrics
