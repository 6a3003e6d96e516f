#include "metrics/text_writer.hpp"

#include <array>
#include <charconv>
#include <limits>

namespace mxpulse::metrics {

void TextWriter::metric(const Name& name) {
  name_ = &name;
  has_series_ = false;
}

void TextWriter::series(std::span<const Label> labels, double value) {
  if (!has_series_) {
    text_.append("# HELP ").append(name_->name).append(" ").append(name_->help).append("\n");
    text_.append("# TYPE ").append(name_->name).append(" ").append(label(name_->type)).append("\n");
    has_series_ = true;
  }
  text_ += name_->name;
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
  if (value.find_first_of("\\\"\n") == std::string_view::npos) {
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
  std::array<char, 32> digits;
  const auto [end, error] = std::to_chars(digits.begin(), digits.end(), value, std::chars_format::general, kDigits);
  text_.append(digits.begin(), end);
}

}  // namespace mxpulse::metrics
