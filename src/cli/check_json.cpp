#include "cli/check_json.hpp"

#include <nlohmann/json.hpp>

namespace mxpulse::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchemaVersion = 1;

Json seconds_or_null(const std::optional<Duration>& duration) { return duration ? Json(to_seconds(*duration)) : Json(nullptr); }

Json host_entry(const AskedAddress& asked) {
  const ProbeResult& result = asked.result;
  return {{"host", asked.host},
          {"preference", asked.preference},
          {"address", asked.address.text()},
          {"outcome", label(outcome(result.cause))},
          {"cause", label(result.cause)},
          {"reply_code", result.reply_code ? Json(*result.reply_code) : Json(nullptr)},
          {"greeting", result.reply_code || !result.greeting.empty() ? Json(result.greeting) : Json(nullptr)},
          {"connect_seconds", seconds_or_null(result.connect_time)},
          {"greeting_seconds", seconds_or_null(result.greeting_time)},
          {"why", result.why}};
}

}  // namespace

std::string to_json(const CheckReport& report) {
  Json object{{"schema_version", kSchemaVersion}, {"destination", report.target}, {"verdict", label(report.health.verdict)}};
  if (report.asked.empty() && report.health.cause) {
    object["outcome"] = label(outcome(*report.health.cause));
    object["cause"] = label(*report.health.cause);
  }
  object["why"] = report.health.why;
  object["provider"] = report.set->provider.empty() ? Json(nullptr) : Json(report.set->provider);
  object["implicit_mx"] = report.set->implicit;
  object["stale_dns"] = report.set->stale;
  object["hosts_omitted"] = report.set->hosts_omitted;
  object["hosts"] = Json::array();
  for (const AskedAddress& asked : report.asked) object["hosts"].push_back(host_entry(asked));
  return object.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace mxpulse::cli
