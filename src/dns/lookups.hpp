// One name and type looked up: from the cache, or once from the servers however many ask.
#pragma once

#include <deque>
#include <memory>
#include <utility>

#include "dns/cache.hpp"
#include "dns/upstreams.hpp"
#include "mxpulse/alarm.hpp"

namespace mxpulse::dns {

class Lookups {
 public:
  using Done = Cache::Done;

  // `observer` may be null. Destroying it drops what is in flight.
  Lookups(Alarms& alarms, const Clock& clock, Upstreams upstreams, Cache cache, DnsObserver* observer);

  // `done` is called once, never inside this call.
  void look_up(const Question& question, Done done);

  std::size_t cached() const { return cache_.size(); }

 private:
  void tell_cached();
  void replied(Cache::Place& place, const Upstreams::Reply& reply);

  const Clock& clock_;
  DnsObserver* observer_;
  Upstreams upstreams_;
  Cache cache_;
  std::deque<std::pair<Done, Looked>> cached_;  // told in turns to come
  std::unique_ptr<Alarm> tell_cached_;
};

}  // namespace mxpulse::dns
