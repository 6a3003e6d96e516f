#include "config/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace mxpulse::config {
namespace {

using namespace std::chrono_literals;

struct Unit {
  std::string_view name;
  std::chrono::milliseconds length;
};

constexpr std::array<Unit, 5> kUnits{{{"d", 24h}, {"h", 1h}, {"m", 1min}, {"s", 1s}, {"ms", 1ms}}};
constexpr std::chrono::milliseconds kLongest = 100 * 24h;

const Unit* unit_named(std::string_view name) {
  for (const Unit& unit : kUnits) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  const auto wrong = [&] { return Result<Duration>::failure("is not a duration; write it like \"5m\""); };
  if (text.empty()) return wrong();
  std::chrono::milliseconds total{0};
  while (!text.empty()) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number < 0) return wrong();
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto unit_length = std::min(text.find_first_of("0123456789"), text.size());
    const Unit* unit = unit_named(text.substr(0, unit_length));
    if (unit == nullptr) return wrong();
    if (number > kLongest / unit->length) return Result<Duration>::failure("is longer than 100 days");
    total += number * unit->length;
    text.remove_prefix(unit_length);
  }
  if (total > kLongest) return Result<Duration>::failure("is longer than 100 days");
  return Duration(total);
}

std::string duration_text(Duration duration) {
  auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(duration);
  std::string text;
  for (const Unit& unit : kUnits) {
    const auto count = rest / unit.length;
    if (count == 0) continue;
    text += std::to_string(count) + std::string(unit.name);
    rest -= count * unit.length;
  }
  return text.empty() ? "0s" : text;
}

}  // namespace mxpulse::config
