// One JSON object, written as it is told: no tree is built. nlohmann::json took 5 us for a target of one address, this 1 us
// (tests/bench/README.md), and a target asked costs 40 us in all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mxpulse::cli {

class JsonLine {
 public:
  JsonLine() { text_.reserve(512); }  // most lines fit

  JsonLine& begin_object() { return open('{'); }
  JsonLine& end_object() { return close('}'); }
  JsonLine& begin_array() { return open('['); }
  JsonLine& end_array() { return close(']'); }

  // A key of our own, which needs no escape; its value follows.
  JsonLine& key(std::string_view name);

  // Any byte may stand in it; what is not printable ASCII is escaped or replaced.
  JsonLine& string(std::string_view text);
  JsonLine& number(std::int64_t value);
  JsonLine& number(double value);
  JsonLine& boolean(bool value) { return literal(value ? "true" : "false"); }
  JsonLine& null() { return literal("null"); }

  std::string take() && { return std::move(text_); }

 private:
  JsonLine& open(char bracket);
  JsonLine& close(char bracket);
  JsonLine& literal(std::string_view text);
  void separate();
  void escape(char c);

  std::string text_;
  bool follows_ = false;  // a value stands before, at this depth
};

}  // namespace mxpulse::cli
