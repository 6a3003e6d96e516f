#include "gate/signature.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace mxpulse::gate {
namespace {

std::string hex(const unsigned char* bytes, std::size_t count) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (std::size_t at = 0; at < count; ++at) {
    text += kDigits[bytes[at] >> 4];
    text += kDigits[bytes[at] & 15];
  }
  return text;
}

}  // namespace

std::string signature(std::string_view secret, SystemTime time, std::string_view body) {
  const auto seconds = std::to_string(std::chrono::system_clock::to_time_t(time));
  const std::string text = seconds + "." + std::string(body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), digest.data(), &size);
  return "t=" + seconds + ",v1=" + hex(digest.data(), size);
}

}  // namespace mxpulse::gate
