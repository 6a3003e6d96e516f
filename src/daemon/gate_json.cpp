#include "daemon/gate_json.hpp"

#include "daemon/json_parts.hpp"

namespace mxpulse::daemon {
namespace {

std::string_view decision(const GateAnswer& answer) {
  if (!answer.hold) return "deliver";
  return answer.trial ? "trial" : "hold";
}

}  // namespace

nlohmann::ordered_json gate_object(const GateAnswer& answer, GateMode mode) {
  return {{"mode", label(mode)},
          {"decision", mode == GateMode::kEnforce ? decision(answer) : "deliver"},
          {"would", decision(answer)},
          {"until", seconds_of(answer.until)},
          {"next_retry", seconds_of(answer.next_retry)},
          {"exhausted", answer.exhausted},
          {"why", answer.why}};
}

std::string gate_json(const DomainName& name, const GateAnswer& answer, GateMode mode) {
  nlohmann::ordered_json object{{"schema_version", 1}, {"destination", name.text()}};
  object.update(gate_object(answer, mode));
  return dumped(object);
}

}  // namespace mxpulse::daemon
