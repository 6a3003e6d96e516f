// One name and type looked up: from the cache, or once from the servers however many ask.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "dns/cache.hpp"
#include "dns/upstreams.hpp"
#include "mxpulse/alarm.hpp"

namespace mxpulse::dns {

struct Looked {
  std::shared_ptr<const Answer> answer;  // null if there is none, not even a stale one
  std::optional<Failure> failure;        // set when the servers failed; a stale answer may stand beside it
  bool stale = false;
  bool from_servers = false;  // asked now
};

class Lookups {
 public:
  using Done = std::function<void(const Looked&)>;

  // `observer` may be null. Destroying it drops what is in flight.
  Lookups(Alarms& alarms, const Clock& clock, Upstreams upstreams, Cache cache, DnsObserver* observer);

  // `done` is called once, never inside this call.
  void look_up(const Question& question, Done done);

 private:
  void tell_cached();
  void replied(const Question& question, const Upstreams::Reply& reply);

  const Clock& clock_;
  DnsObserver* observer_;
  Upstreams upstreams_;
  Cache cache_;
  std::unordered_map<Question, std::vector<Done>, QuestionHash> in_flight_;
  std::deque<std::pair<Done, Looked>> cached_;  // told in turns to come
  std::unique_ptr<Alarm> tell_cached_;
};

}  // namespace mxpulse::dns
