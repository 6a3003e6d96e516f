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

std::optional<Cache::Found> Cache::fresh(const Question& question, SteadyTime now) {
  const Entry* entry = find(question);
  if (entry == nullptr) return std::nullopt;
  if (entry->answer && now < entry->good_until) return Found{entry->answer, std::nullopt};
  if (entry->failure && now < entry->failed_until) return Found{nullptr, entry->failure};
  return std::nullopt;
}

std::shared_ptr<const Answer> Cache::stale(const Question& question, SteadyTime now) {
  const Entry* entry = find(question);
  const bool usable =
      entry != nullptr && entry->answer && entry->answer->kind == DnsAnswer::kAnswer && now < entry->good_until + serve_stale_;
  return usable ? entry->answer : nullptr;
}

void Cache::keep(const Question& question, std::shared_ptr<const Answer> answer, SteadyTime now) {
  Entry* entry = make(question);
  if (entry == nullptr) return;
  entry->good_until = now + time_to_live(*answer);
  entry->answer = std::move(answer);
  entry->failure.reset();
}

void Cache::keep(const Question& question, Failure failure, SteadyTime now) {
  Entry* entry = make(question);
  if (entry == nullptr) return;
  entry->failure = std::move(failure);
  entry->failed_until = now + kFailureTime;
}

Cache::Entry* Cache::find(const Question& question) {
  const auto found = by_question_.find(question);
  if (found == by_question_.end()) return nullptr;
  by_use_.splice(by_use_.begin(), by_use_, found->second);
  return &by_use_.front();
}

Cache::Entry* Cache::make(const Question& question) {
  if (entries_ == 0) return nullptr;
  const auto [place, is_new] = by_question_.try_emplace(question);
  if (!is_new) {
    by_use_.splice(by_use_.begin(), by_use_, place->second);
    return &by_use_.front();
  }
  by_use_.push_front({question, nullptr, {}, std::nullopt, {}});
  place->second = by_use_.begin();
  if (by_use_.size() > entries_) {
    by_question_.erase(by_use_.back().question);
    by_use_.pop_back();
  }
  return &by_use_.front();
}

}  // namespace mxpulse::dns
