#include "dns/cache.hpp"

#include <algorithm>

namespace mxpulse::dns {
namespace {

using namespace std::chrono_literals;

constexpr Duration kTtlMin = 5s;       // a TTL of 0 must not make a query of every look
constexpr Duration kTtlMax = 24h;      // RFC 2181 8 allows 68 years
constexpr Duration kNegativeMax = 1h;  // RFC 2308 5 advises one to three hours
constexpr Duration kFailureTime =
    5s;  // RFC 9520 3.2 wants at least 1 s, RFC 2308 7 at most five minutes; a streak needs fresh failures
constexpr Duration kNegativeDefault = 60s;  // no SOA came with it

Duration time_to_live(const Answer& answer) {
  if (answer.kind == DnsAnswer::kAnswer) return std::clamp(answer.ttl, kTtlMin, kTtlMax);
  return std::clamp(answer.ttl == Duration(0) ? kNegativeDefault : answer.ttl, kTtlMin, kNegativeMax);
}

}  // namespace

Cache::Place& Cache::at(const Question& question) {
  const auto [found, is_new] = by_question_.try_emplace(question);
  Place& place = *found;
  if (is_new) place.second.use_ = waited_for_.insert(waited_for_.begin(), &place);
  return place;
}

std::optional<Looked> Cache::fresh(const Place& place, SteadyTime now) {
  const Entry& entry = place.second;
  const bool answer_is_good = entry.answer_ && now < entry.good_until_;
  if (!answer_is_good && (!entry.failure_ || now >= entry.failed_until_)) return std::nullopt;
  by_use_.splice(by_use_.begin(), by_use_, entry.use_);
  Looked looked;
  looked.answer = answer_is_good ? entry.answer_ : stale(place, now);
  if (answer_is_good) return looked;
  looked.failure = *entry.failure_;
  looked.stale = looked.answer != nullptr;
  return looked;
}

std::shared_ptr<const Answer> Cache::stale(const Place& place, SteadyTime now) const {
  const Entry& entry = place.second;
  const bool usable = entry.answer_ && entry.answer_->kind == DnsAnswer::kAnswer && now < entry.good_until_ + serve_stale_;
  return usable ? entry.answer_ : nullptr;
}

bool Cache::wait(Place& place, Done done) {
  Entry& entry = place.second;
  const bool first = entry.waiting_.empty();
  const bool was_kept = entry.answer_ || entry.failure_;
  if (first && was_kept) waited_for_.splice(waited_for_.begin(), by_use_, entry.use_);
  entry.waiting_.push_back(std::move(done));
  return first;
}

std::vector<Cache::Done> Cache::keep(Place& place, std::shared_ptr<const Answer> answer, SteadyTime now) {
  Entry& entry = place.second;
  entry.good_until_ = now + time_to_live(*answer);
  entry.answer_ = std::move(answer);
  entry.failure_.reset();
  return end_wait(place);
}

std::vector<Cache::Done> Cache::keep(Place& place, Failure failure, SteadyTime now) {
  Entry& entry = place.second;
  entry.failure_ = std::make_unique<const Failure>(std::move(failure));
  entry.failed_until_ = now + kFailureTime;
  return end_wait(place);
}

std::vector<Cache::Done> Cache::end_wait(Place& place) {
  auto waiting = std::exchange(place.second.waiting_, {});
  by_use_.splice(by_use_.begin(), waited_for_, place.second.use_);
  if (by_use_.size() > entries_) {
    by_question_.erase(by_question_.find(by_use_.back()->first));
    by_use_.pop_back();
  }
  return waiting;
}

}  // namespace mxpulse::dns
