#include "dns/lookups.hpp"

namespace mxpulse::dns {
namespace {

constexpr int kCachedPerTurn = 32;  // whoever waits for the loop waits so long: a destination's last one makes its MX set

}  // namespace

Lookups::Lookups(Alarms& alarms, const Clock& clock, Upstreams upstreams, Cache cache, DnsObserver* observer)
    : clock_(clock),
      observer_(observer),
      upstreams_(std::move(upstreams)),
      cache_(std::move(cache)),
      tell_cached_(alarms.make([this] { tell_cached(); })) {}

void Lookups::look_up(const Question& question, Done done) {
  const SteadyTime now = clock_.now().steady;
  Cache::Place& place = cache_.at(question);
  if (auto looked = cache_.fresh(place, now)) {
    if (observer_ != nullptr) observer_->cache_hit(looked->stale);
    cached_.emplace_back(std::move(done), std::move(*looked));
    return tell_cached_->start_once(Duration(0));
  }
  const bool first = cache_.wait(place, std::move(done));
  if (first) upstreams_.ask(question, now, [this, &place](const Upstreams::Reply& reply) { replied(place, reply); });
}

void Lookups::tell_cached() {
  for (int told = 0; told < kCachedPerTurn && !cached_.empty(); ++told) {
    const auto [done, looked] = std::move(cached_.front());
    cached_.pop_front();
    done(looked);
  }
  if (!cached_.empty()) tell_cached_->start_once(Duration(0));
}

void Lookups::replied(Cache::Place& place, const Upstreams::Reply& reply) {
  Looked looked{reply.answer, reply.failure, false, true};
  if (!reply.answer) {
    looked.answer = cache_.stale(place, reply.at);
    looked.stale = looked.answer != nullptr;
    if (looked.stale && observer_ != nullptr) observer_->cache_hit(true);
  }
  const auto waiting = reply.answer ? cache_.keep(place, reply.answer, reply.at) : cache_.keep(place, *reply.failure, reply.at);
  for (const Done& done : waiting) done(looked);
}

}  // namespace mxpulse::dns
