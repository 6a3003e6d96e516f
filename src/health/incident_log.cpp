#include "health/incident_log.hpp"

#include <algorithm>

namespace mxpulse::health {

void IncidentLog::silent(const DomainName& name, SystemTime first, Cause cause, const std::string& why, Now now) {
  IncidentHistory& history = histories_[name];
  auto& incidents = history.incidents;
  if (incidents.empty() || incidents.back().ended) {
    if (!incidents.empty()) former_.erase({*incidents.back().ended, name});
    while (!incidents.empty() && *incidents.front().ended + kIncidentAge <= now.system) drop_oldest(history);
    Incident incident;
    incident.first = std::min(first, now.system);
    incident.last = now.system;
    incidents.push_back(std::move(incident));
    if (incidents.size() > kIncidentsMax) drop_oldest(history);
  }
  Incident& incident = incidents.back();
  if (incident.cause == cause && incident.why.view() == why) return;
  unsaved_.mark(name);
  incident.cause = cause;
  incident.why = words_.get(std::string_view(why).substr(0, kIncidentTextMax));
}

void IncidentLog::ended(const DomainName& name, IncidentEnd end, const std::string& last_words, std::optional<SystemTime> last,
                        Now now) {
  Incident* const incident = open(name);
  if (incident == nullptr) return;
  unsaved_.mark(name);
  incident->ended = now.system;
  incident->end = end;
  if (last) incident->last = std::max(incident->last, *last);
  incident->last_words = words_.get(std::string_view(last_words).substr(0, kIncidentTextMax));
}

void IncidentLog::forgotten(const DomainName& name, Now now) {
  ended(name, IncidentEnd::kForgotten, "", std::nullopt, now);
  const auto found = histories_.find(name);
  if (found != histories_.end()) remember_as_former(name, found->second);
}

void IncidentLog::expire(Now now) {
  while (!former_.empty() && former_.begin()->first + kIncidentAge <= now.system) {
    drop_former();
  }
}

void IncidentLog::drop_former() {
  unsaved_.mark(former_.begin()->second);
  histories_.erase(former_.begin()->second);
  former_.erase(former_.begin());
}

void IncidentLog::resume(const SavedHistory& saved) {
  if (saved.history == nullptr || saved.history->incidents.empty()) return;
  IncidentHistory& history = histories_[saved.destination];
  history = *saved.history;
  while (history.incidents.size() > kIncidentsMax && history.incidents.front().ended) drop_oldest(history);
}

std::vector<DomainName> IncidentLog::names() const {
  std::vector<DomainName> all;
  all.reserve(histories_.size());
  for (const auto& [name, history] : histories_) all.push_back(name);
  return all;
}

IncidentLog::History IncidentLog::history(const DomainName& name) const {
  const auto found = histories_.find(name);
  return found == histories_.end() ? nullptr : std::make_shared<const IncidentHistory>(found->second);
}

Incident* IncidentLog::open(const DomainName& name) {
  const auto found = histories_.find(name);
  if (found == histories_.end() || found->second.incidents.back().ended) return nullptr;
  return &found->second.incidents.back();
}

void IncidentLog::remember_as_former(const DomainName& name, const IncidentHistory& history) {
  former_.insert({*history.incidents.back().ended, name});
  if (former_.size() > kFormerMax) drop_former();
}

void IncidentLog::drop_oldest(IncidentHistory& history) {
  history.complete_since = *history.incidents.front().ended;
  history.incidents.erase(history.incidents.begin());
}

}  // namespace mxpulse::health
