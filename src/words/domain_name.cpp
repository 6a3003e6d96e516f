#include "mxpulse/domain_name.hpp"

#include <idn2.h>

#include <algorithm>
#include <memory>

namespace mxpulse {
namespace {

constexpr std::size_t kNameMax = 253;    // RFC 1035 2.3.4: 255 bytes on the wire
constexpr std::size_t kLabelMax = 63;    // RFC 1035 2.3.4
constexpr std::size_t kInputMax = 1024;  // U-labels may be longer than their A-labels, hostile input far longer

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';  // '_': seen in real MX host names
}

Result<std::string> to_ascii(std::string_view text) {
  if (is_ascii(text)) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return lower;
  }
  char* output = nullptr;
  const int error = idn2_to_ascii_8z(std::string(text).c_str(), &output, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
  const std::unique_ptr<char, void (*)(void*)> owner(output, idn2_free);
  if (error != IDN2_OK)
    return Result<std::string>::failure(std::string("not an internationalized name: ") + idn2_strerror(error));
  return std::string(output);
}

}  // namespace

Result<DomainName> DomainName::parse(std::string_view text) {
  using Failed = Result<DomainName>;
  if (!text.empty() && text.back() == '.') text.remove_suffix(1);
  if (text.empty()) return Failed::failure("the name is empty");
  if (text.size() > kInputMax || text.find('\0') != std::string_view::npos) return Failed::failure("not a domain name");

  auto ascii = to_ascii(text);
  if (!ascii) return Failed::failure(ascii.why());
  if (ascii->size() > kNameMax) return Failed::failure("longer than 253 characters");

  std::size_t label_length = 0;
  for (const char c : *ascii) {
    if (c == '.') {
      if (label_length == 0) return Failed::failure("two dots in a row, or one at the start");
      label_length = 0;
      continue;
    }
    if (!is_name_character(c)) return Failed::failure("a character that no domain name has");
    if (++label_length > kLabelMax) return Failed::failure("a label longer than 63 characters");
  }
  return DomainName(*ascii);
}

}  // namespace mxpulse
