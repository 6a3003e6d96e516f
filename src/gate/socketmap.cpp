#include "gate/socketmap.hpp"

#include <charconv>

namespace mxpulse::gate {
namespace {

constexpr std::size_t kLengthDigitsMax = 6;  // of kQuestionMax

std::string netstring(std::string_view text) { return std::to_string(text.size()) + ":" + std::string(text) + ","; }

// "MAPNAME KEY": any map name will do, for there is one map. Keys without a domain ("*", which Postfix asks at its start,
// or a mere user name) are not held.
bool is_held(std::string_view question, const std::set<DomainName>& held) {
  const auto at = question.rfind('@');
  if (at == std::string_view::npos || question.find(' ') > at) return false;
  const auto name = DomainName::parse(question.substr(at + 1));
  return name && held.contains(*name);
}

}  // namespace

net::StreamServer::Turn Socketmap::answer(std::string_view bytes, const std::set<DomainName>& held, std::string_view transport) {
  net::StreamServer::Turn turn;
  while (turn.used < bytes.size()) {
    const auto rest = bytes.substr(turn.used);
    const auto colon = rest.substr(0, kLengthDigitsMax + 1).find(':');
    std::size_t length = 0;
    const auto digits = rest.substr(0, std::min(colon, rest.size()));
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    const bool is_number = read.ec == std::errc() && read.ptr == digits.data() + digits.size();
    turn.is_nonsense =
        !is_number || length > net::kQuestionMax || (colon == std::string_view::npos && digits.size() > kLengthDigitsMax);
    if (turn.is_nonsense || colon == std::string_view::npos) break;
    const std::size_t whole = colon + 1 + length + 1;
    if (rest.size() < whole) break;
    turn.is_nonsense = rest[whole - 1] != ',';
    if (turn.is_nonsense) break;
    const bool hold = is_held(rest.substr(colon + 1, length), held);
    turn.answers += netstring(hold ? "OK " + std::string(transport) + ":" : "NOTFOUND ");
    turn.used += whole;
  }
  return turn;
}

Result<std::unique_ptr<Socketmap>> Socketmap::serve(net::Loop& loop, const StreamAddress& address, std::string transport) {
  std::unique_ptr<Socketmap> map(new Socketmap(loop, std::move(transport)));
  auto server = net::StreamServer::listen(
      loop, address, [self = map.get()](std::string_view bytes) { return answer(bytes, self->held_, self->transport_); });
  if (!server) return Result<std::unique_ptr<Socketmap>>::failure(server.why());
  map->server_ = std::move(*server);
  return map;
}

void Socketmap::write(const std::set<DomainName>& held, OnWritten on_written) {
  held_ = held;
  loop_.post([alive = std::weak_ptr<bool>(alive_), tell = std::move(on_written)] {
    if (!alive.expired()) tell(true);
  });
}

Result<bool> Socketmap::clear_now() {
  held_.clear();
  return true;
}

}  // namespace mxpulse::gate
