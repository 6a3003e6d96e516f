#include "daemon/destinations_json.hpp"

#include <algorithm>
#include <numeric>
#include <span>

#include "daemon/gate_json.hpp"
#include "daemon/json_parts.hpp"
#include "mxpulse/endpoint.hpp"

namespace mxpulse::daemon {
namespace {

using Json = nlohmann::ordered_json;

Json label_of(const std::optional<Cause>& cause) { return cause ? Json(label(*cause)) : Json(nullptr); }

Json seconds_of_phase(const std::optional<Duration>& time) { return time ? Json(to_seconds(*time)) : Json(nullptr); }

Json words(std::string_view text) { return text.empty() ? Json(nullptr) : Json(text); }

Json summary(const Snapshot& snapshot, const DestinationView& view) {
  return {{"destination", view.destination.text()},
          {"provider", view.provider},
          {"verdict", label(view.verdict)},
          {"cause", label_of(view.cause)},
          {"why", words(view.why)},
          {"no_answer_streak", view.streak},
          {"no_answer_since", seconds_of(view.since)},
          {"bounces", view.bounces},
          {"configured", view.configured},
          {"gate", gate_object(view.gate, snapshot.gate_mode)}};
}

Json host_object(const HostView& host, std::uint16_t preference) {
  return {{"host", host.host.text()},
          {"preference", preference},
          {"address", host.address.text()},
          {"provider", host.provider},
          {"answering", host.answering ? Json(*host.answering) : Json(nullptr)},
          {"no_answer_streak", host.streak},
          {"no_answer_since", seconds_of(host.since)},
          {"last_probe", seconds_of(host.last_probe)},
          {"outcome", host.cause ? Json(label(outcome(*host.cause))) : Json(nullptr)},
          {"cause", label_of(host.cause)},
          {"reply_code", host.reply_code ? Json(*host.reply_code) : Json(nullptr)},
          {"greeting", words(host.greeting)},
          {"connect_seconds", seconds_of_phase(host.connect_time)},
          {"greeting_seconds", seconds_of_phase(host.greeting_time)},
          {"why", words(host.why)}};
}

Json incident_object(const Incident& incident) {
  return {{"first", seconds_of(incident.first)},     {"last", seconds_of(incident.last)},
          {"ended", seconds_of(incident.ended)},     {"end", label(incident.end)},
          {"cause", label(incident.cause)},          {"why", words(incident.why.view())},
          {"last_words", words(incident.last_words.view())}};
}

Json vantage_object(const VantageView& vantage) {
  return {{"impaired", vantage.impaired},
          {"why", words(vantage.why)},
          {"controls", vantage.controls},
          {"controls_answering", vantage.controls_answering}};
}

}  // namespace

std::string destinations_json(const Snapshot& snapshot, std::size_t offset, std::size_t limit) {
  const std::size_t shown = snapshot.destinations.size();
  const std::size_t begin = std::min(offset, shown);
  const std::size_t end = begin + std::min(limit, shown - begin);
  const auto tracked = std::accumulate(snapshot.verdicts.begin(), snapshot.verdicts.end(), std::size_t{0});
  Json list = Json::array();
  for (std::size_t i = begin; i < end; ++i) list.push_back(summary(snapshot, snapshot.destinations[i]));
  const Json next = end < shown ? Json("/api/v1/destinations?offset=" + std::to_string(end) + "&limit=" + std::to_string(limit))
                                : Json(nullptr);
  return dumped({{"schema_version", 1},
                 {"taken", seconds_of(snapshot.taken)},
                 {"tracked", tracked},
                 {"omitted", tracked - std::min(tracked, shown)},
                 {"vantage", vantage_object(snapshot.vantage)},
                 {"offset", begin},
                 {"next", next},
                 {"destinations", list}});
}

std::string destination_json(const Snapshot& snapshot, const DestinationView& view) {
  Json object{{"schema_version", 1}, {"taken", seconds_of(snapshot.taken)}};
  object.update(summary(snapshot, view));
  object["stale_dns"] = view.stale_dns;
  object["watched_since"] = seconds_of(view.watched_since);
  Json hosts = Json::array();
  for (const HostChoice& choice : view.hosts) hosts.push_back(host_object(snapshot.hosts[choice.host], choice.preference));
  object["hosts"] = hosts;
  Json incidents = Json::array();
  if (view.history) {
    for (const Incident& incident : view.history->incidents) incidents.push_back(incident_object(incident));
  }
  object["incidents"] = incidents;
  object["vantage"] = vantage_object(snapshot.vantage);
  return dumped(object);
}

std::string mx_targets_json(const Snapshot& snapshot, std::uint16_t port) {
  Json groups = Json::array();
  for (const HostView& host : snapshot.hosts) {
    // Whoever reads this connects there: never to an address that our own policy denies.
    if (!host.last_probe || host.cause == Cause::kDeniedAddress) continue;
    groups.push_back({{"targets", {Endpoint{host.address, port}.text()}},
                      {"labels",
                       {{"__meta_mxpulse_host", host.host.text()},
                        {"__meta_mxpulse_address", host.address.text()},
                        {"__meta_mxpulse_provider", host.provider},
                        {"__meta_mxpulse_answering", !host.answering   ? "unknown"
                                                     : *host.answering ? "true"
                                                                       : "false"}}}});
  }
  return dumped(groups);
}

}  // namespace mxpulse::daemon
