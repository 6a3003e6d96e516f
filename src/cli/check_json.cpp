#include "cli/check_json.hpp"

#include "cli/json_line.hpp"

namespace mxpulse::cli {
namespace {

constexpr std::int64_t kSchemaVersion = 1;

void write_seconds(JsonLine& line, const std::optional<Duration>& duration) {
  duration ? line.number(to_seconds(*duration)) : line.null();
}

void write_host(JsonLine& line, const AskedAddress& asked) {
  const ProbeResult& result = *asked.result;
  line.begin_object();
  line.key("host").string(asked.host);
  line.key("preference").number(std::int64_t{asked.preference});
  line.key("address").string(asked.address.text());
  line.key("outcome").string(label(outcome(result.cause)));
  line.key("cause").string(label(result.cause));
  line.key("reply_code");
  result.reply_code ? line.number(std::int64_t{*result.reply_code}) : line.null();
  line.key("greeting");
  result.reply_code || !result.greeting.empty() ? line.string(result.greeting) : line.null();
  write_seconds(line.key("connect_seconds"), result.connect_time);
  write_seconds(line.key("greeting_seconds"), result.greeting_time);
  line.key("why").string(result.why);
  line.end_object();
}

}  // namespace

std::string to_json(const CheckReport& report) {
  JsonLine line;
  line.begin_object();
  line.key("schema_version").number(kSchemaVersion);
  line.key("destination").string(report.target);
  line.key("verdict").string(label(report.health.verdict));
  if (report.asked.empty() && report.health.cause) {
    line.key("outcome").string(label(outcome(*report.health.cause)));
    line.key("cause").string(label(*report.health.cause));
  }
  line.key("why").string(report.health.why);
  line.key("provider");
  report.set->provider.empty() ? line.null() : line.string(report.set->provider.view());
  line.key("implicit_mx").boolean(report.set->implicit);
  line.key("stale_dns").boolean(report.set->stale);
  line.key("hosts_omitted").number(static_cast<std::int64_t>(report.set->hosts_omitted));
  line.key("hosts").begin_array();
  for (const AskedAddress& asked : report.asked) write_host(line, asked);
  line.end_array();
  line.end_object();
  return std::move(line).take();
}

}  // namespace mxpulse::cli
