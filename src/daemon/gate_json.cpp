#include "daemon/gate_json.hpp"

#include <nlohmann/json.hpp>

namespace mxpulse::daemon {
namespace {

nlohmann::ordered_json seconds_of(const std::optional<SystemTime>& time) {
  if (!time) return nullptr;
  return std::chrono::duration_cast<std::chrono::seconds>(time->time_since_epoch()).count();
}

std::string_view decision(const GateAnswer& answer) {
  if (!answer.hold) return "deliver";
  return answer.trial ? "trial" : "hold";
}

}  // namespace

std::string gate_json(const DomainName& name, const GateAnswer& answer, GateMode mode) {
  const nlohmann::ordered_json object{{"schema_version", 1},
                                      {"destination", name.text()},
                                      {"mode", label(mode)},
                                      {"decision", mode == GateMode::kEnforce ? decision(answer) : "deliver"},
                                      {"would", decision(answer)},
                                      {"until", seconds_of(answer.until)},
                                      {"next_retry", seconds_of(answer.next_retry)},
                                      {"exhausted", answer.exhausted},
                                      {"why", answer.why}};
  return object.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace mxpulse::daemon
