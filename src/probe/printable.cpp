#include "probe/printable.hpp"

namespace mxpulse::probe {

std::string printable(std::string_view bytes, std::size_t limit) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte >= 0x20 && byte < 0x7f && c != '\\';
    if (text.size() + (plain ? 1 : 4) > limit) break;
    if (plain) {
      text += c;
    } else {
      text += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return text;
}

}  // namespace mxpulse::probe
