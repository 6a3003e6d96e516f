// The outages of every destination, as far back as anybody asks.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "health/recent_texts.hpp"
#include "mxpulse/domain_name.hpp"
#include "mxpulse/incident.hpp"
#include "mxpulse/saved.hpp"
#include "mxpulse/unsaved.hpp"

namespace mxpulse::health {

inline constexpr auto kIncidentAge = std::chrono::hours(30 * 24);  // so long ago, an outage makes room when the next begins
inline constexpr std::size_t kIncidentsMax = 50;                   // of one destination; a flapping one loses its oldest
inline constexpr std::size_t kFormerMax = 10'000;                  // destinations that are watched no more and still remembered
inline constexpr std::size_t kIncidentTextMax = 300;               // bytes of each text

// - an outage begins when a destination's verdict becomes unavailable, and is dated back to its first no-answer
// - not knowing ends nothing: the outage goes on until somebody answers, or nobody cares
// - a destination without an outage costs nothing here
class IncidentLog {
 public:
  using History = std::shared_ptr<const IncidentHistory>;

  // Nobody answers, since `first`. Begins an outage, or says again what the open one is about.
  void silent(const DomainName& name, SystemTime first, Cause cause, const std::string& why, Now now);
  // Ends the open outage; nothing without one. `last` is the last no-answer of whoever answers now, if known.
  void ended(const DomainName& name, IncidentEnd end, const std::string& last_words, std::optional<SystemTime> last, Now now);
  // It is watched no more: an open outage ends as forgotten. What is known of it is kept while there is room.
  void forgotten(const DomainName& name, Now now);
  // Call it now and then: lets those go that are watched no more, when their last outage is too long ago.
  void expire(Now now);

  // As an earlier run knew it. Who is watched no more is told apart by forgotten().
  void resume(const SavedHistory& saved);
  std::vector<DomainName> names() const;
  Unsaved<DomainName>& unsaved() { return unsaved_; }
  const Unsaved<DomainName>& unsaved() const { return unsaved_; }

  // Null without an outage. A copy, for readers on any thread.
  History history(const DomainName& name) const;
  std::size_t size() const { return histories_.size(); }

 private:
  Incident* open(const DomainName& name);
  void remember_as_former(const DomainName& name, const IncidentHistory& history);
  void drop_oldest(IncidentHistory& history);
  void drop_former();

  std::unordered_map<DomainName, IncidentHistory> histories_;
  RecentTexts words_;  // destinations of the same hosts fall silent together
  Unsaved<DomainName> unsaved_;
  std::set<std::pair<SystemTime, DomainName>> former_;  // by the end of the last outage
};

}  // namespace mxpulse::health
