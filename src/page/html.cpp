#include "page/html.hpp"

namespace mxpulse::page {

std::string escaped(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string safe;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '&': safe += "&amp;"; continue;
      case '<': safe += "&lt;"; continue;
      case '>': safe += "&gt;"; continue;
      case '"': safe += "&quot;"; continue;
      case '\'': safe += "&#39;"; continue;
      default: break;
    }
    if (byte >= 0x20 && byte < 0x7f)
      safe += c;
    else
      safe += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
  }
  return safe;
}

std::string in_quotes(std::string_view words) {
  if (words.empty()) return std::string(kUnknown);
  return "<bdi class=\"quote\">" + escaped(words) + "</bdi>";
}

}  // namespace mxpulse::page
