#include "daemon/secret.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace mxpulse::daemon {

Result<std::string> read_secret(const std::string& path) {
  using Read = Result<std::string>;
  errno = 0;
  std::ifstream file(path);
  std::string secret(kSecretMax, '\0');
  file.read(secret.data(), static_cast<std::streamsize>(secret.size()));
  if (file.bad() || !file.is_open()) return Read::failure(path + ": " + std::strerror(errno != 0 ? errno : EIO));
  secret.resize(static_cast<std::size_t>(file.gcount()));
  secret = secret.substr(0, secret.find_first_of("\r\n"));
  if (secret.size() < kSecretMin || secret.find_first_of(" \t") != std::string::npos)
    return Read::failure(path + ": its first line is no secret; write 16 characters or more without a space, like those of " +
                         "openssl rand -hex 16");
  return secret;
}

bool is_same_secret(std::string_view ours, std::string_view given) {
  if (ours.size() != given.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < ours.size(); ++i) difference |= static_cast<unsigned char>(ours[i] ^ given[i]);
  return difference == 0;
}

}  // namespace mxpulse::daemon
