// A fuzzer's bytes, as text or piece by piece; and what must hold of the result.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace mxpulse::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// A broken promise ends the program, which is what a fuzzer looks for.
inline void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

// Takes values from the front; after the end everything is zero or empty.
class Pieces {
 public:
  explicit Pieces(std::string_view bytes) : rest_(bytes) {}

  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  // Small numbers as often as great ones.
  std::int64_t number() {
    std::uint64_t value = 0;
    for (auto bytes = byte() % 9; bytes > 0; --bytes) value = value << 8 | byte();
    return static_cast<std::int64_t>(value);
  }
  std::optional<std::int64_t> number_or_null() { return byte() % 2 == 0 ? std::nullopt : std::optional(number()); }
  std::string_view text() {
    const auto piece = rest_.substr(0, byte());
    rest_.remove_prefix(piece.size());
    return piece;
  }
  std::optional<std::string_view> text_or_null() { return byte() % 2 == 0 ? std::nullopt : std::optional(text()); }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace mxpulse::fuzz
