// Which destinations bounce often, and so are worth asking.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "mxpulse/bounce_event.hpp"
#include "mxpulse/domain_name.hpp"
#include "mxpulse/saved.hpp"
#include "mxpulse/time.hpp"
#include "mxpulse/unsaved.hpp"

namespace mxpulse::watch {

struct Options {
  unsigned bounces = 3;                      // distinct messages that make a destination join, at least 1
  Duration window = std::chrono::hours(1);   // within which they must fall
  Duration forget = std::chrono::hours(24);  // after the last such bounce it leaves
  std::size_t destinations_max = 100'000;    // that bounced; the one quiet for longest makes room
};

struct Changes {
  std::vector<DomainName> joined;
  std::vector<DomainName> left;
};

// - a bounce counts when it is no_answer or dns_temporary, and once a message (queue id) within the window
// - time is the event's own where it has one, so that an old log read from its start makes nobody join
// - configured destinations are on the list whatever bounces
class Watchlist {
 public:
  explicit Watchlist(Options options) : options_(options) {}

  // From now on these are the configured ones. Who bounced stays, by the new options.
  Changes configure(Options options, std::vector<DomainName> configured, Now now);
  Changes record(const BounceEvent& event, Now now);
  // Call it now and then: lets those leave that have not bounced for `forget`.
  Changes expire(Now now);

  // Bounces of an earlier run count as if they were ours. Before configure().
  void resume(const std::vector<SavedBounces>& saved, Now now);
  // Empty when it is not among those that bounced.
  std::optional<SavedBounces> saved(const DomainName& name) const;
  Unsaved<DomainName>& unsaved() { return unsaved_; }
  const Unsaved<DomainName>& unsaved() const { return unsaved_; }
  // Those on the list for their bounces.
  const std::unordered_set<DomainName>& joined() const { return joined_; }
  std::vector<DomainName> bouncing() const;
  std::size_t size() const { return bouncing_.size(); }

  bool contains(const DomainName& name) const { return configured(name) || joined_.contains(name); }
  bool configured(const DomainName& name) const;
  // Distinct messages within the window, at most kMessagesMax.
  std::size_t bounces(const DomainName& name, Now now) const;

 private:
  struct Bouncing {
    std::map<std::uint64_t, SystemTime> messages;  // stable hash of the queue id -> its last bounce
    SystemTime last;
  };

  void drop(const DomainName& name, Changes& changes);
  void make_room(Changes& changes);
  std::size_t count(const Bouncing& bouncing, Now now) const;

  Options options_;
  std::vector<DomainName> configured_;  // by name: there may be a million, and few are looked for
  std::unordered_set<DomainName> joined_;
  std::unordered_map<DomainName, Bouncing> bouncing_;
  std::set<std::pair<SystemTime, DomainName>> by_last_;  // the quiet ones first
  Unsaved<DomainName> unsaved_;
};

inline constexpr std::size_t kMessagesMax = 1000;  // counted for one destination; more says nothing new

}  // namespace mxpulse::watch
