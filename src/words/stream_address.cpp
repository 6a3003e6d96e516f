#include "mxpulse/stream_address.hpp"

namespace mxpulse {
namespace {

constexpr std::string_view kUnix = "unix:";
constexpr std::size_t kPathMax = 107;  // unix(7)

}  // namespace

Result<StreamAddress> parse_stream_address(std::string_view text) {
  using Read = Result<StreamAddress>;
  if (text.starts_with(kUnix)) {
    const auto path = text.substr(kUnix.size());
    if (!path.starts_with('/') || path.size() > kPathMax)
      return Read::failure("has no full path of at most 107 bytes; write it like \"unix:/run/mxpulse/gate.sock\"");
    return StreamAddress(std::string(path));
  }
  const auto endpoint = Endpoint::parse(text, 0);
  if (!endpoint || endpoint->port == 0)
    return Read::failure("is no place to listen; write it like \"127.0.0.1:9426\" or \"unix:/run/mxpulse/gate.sock\"");
  return StreamAddress(*endpoint);
}

std::string text(const StreamAddress& address) {
  const auto* path = std::get_if<std::string>(&address);
  return path != nullptr ? std::string(kUnix) + *path : std::get<Endpoint>(address).text();
}

}  // namespace mxpulse
