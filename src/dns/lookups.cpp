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
  if (const auto found = cache_.fresh(question, now)) {
    Looked looked{found->answer, found->failure};
    if (looked.failure) {
      looked.answer = cache_.stale(question, now);
      looked.stale = looked.answer != nullptr;
    }
    if (observer_ != nullptr) observer_->cache_hit(looked.stale);
    cached_.emplace_back(std::move(done), std::move(looked));
    return tell_cached_->start_once(Duration(0));
  }
  auto& waiting = in_flight_[question];
  waiting.push_back(std::move(done));
  if (waiting.size() == 1)
    upstreams_.ask(question, [this, question](const Upstreams::Reply& reply) { replied(question, reply); });
}

void Lookups::tell_cached() {
  for (int told = 0; told < kCachedPerTurn && !cached_.empty(); ++told) {
    const auto [done, looked] = std::move(cached_.front());
    cached_.pop_front();
    done(looked);
  }
  if (!cached_.empty()) tell_cached_->start_once(Duration(0));
}

void Lookups::replied(const Question& question, const Upstreams::Reply& reply) {
  const SteadyTime now = clock_.now().steady;
  Looked looked{reply.answer, reply.failure};
  looked.from_servers = true;
  if (reply.answer) {
    cache_.keep(question, reply.answer, now);
  } else {
    cache_.keep(question, *reply.failure, now);
    looked.answer = cache_.stale(question, now);
    looked.stale = looked.answer != nullptr;
    if (looked.stale && observer_ != nullptr) observer_->cache_hit(true);
  }
  const auto waiting = in_flight_.extract(question);
  for (const Done& done : waiting.mapped()) done(looked);
}

}  // namespace mxpulse::dns
