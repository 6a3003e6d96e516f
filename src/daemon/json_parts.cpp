#include "daemon/json_parts.hpp"

namespace mxpulse::daemon {

nlohmann::ordered_json seconds_of(const std::optional<SystemTime>& time) {
  if (!time) return nullptr;
  return std::chrono::duration_cast<std::chrono::seconds>(time->time_since_epoch()).count();
}

std::string dumped(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace mxpulse::daemon
