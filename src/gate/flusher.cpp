#include "gate/flusher.hpp"

#include <algorithm>
#include <array>

namespace mxpulse::gate {
namespace {

using namespace std::chrono_literals;

constexpr auto kBetweenLooks = 3s;
constexpr auto kSettle = 45s;
constexpr auto kPatience = 10min;
constexpr auto kSlept = 1min;                                  // without a look: the machine slept, and that is nobody's patience
constexpr std::array<std::size_t, 4> kRamp{1, 10, 100, 1000};  // by round; then all
constexpr auto kCanaryPatience = 60s;                          // nobody tells what became of the canary: mail flows
constexpr auto kFirstPause = 10s;
constexpr auto kLongestPause = 160s;

// So that what is remembered is no more than what waits.
void forget_who_left(std::set<std::string>& answered, const std::vector<std::string>& ids) {
  const std::set<std::string> waiting(ids.begin(), ids.end());
  std::erase_if(answered, [&](const std::string& id) { return !waiting.contains(id); });
}

}  // namespace

Flusher::Flusher(Alarms& alarms, const Clock& clock, MailQueue& queue, OnFlushed on_flushed)
    : clock_(clock), queue_(queue), on_flushed_(std::move(on_flushed)), next_look_(alarms.make([this] { look(); })) {}

void Flusher::Flush::forget_sleep(SteadyTime now) {
  const Duration unlooked = now - std::exchange(looked, now);
  if (unlooked <= kSlept) return;
  begun += unlooked;
  canary_from += unlooked;
}

void Flusher::begin(const DomainName& name) {
  const SteadyTime now = clock_.now().steady;
  Flush flush;
  flush.begun = flush.looked = flush.canary_from = now;
  flushes_[name] = std::move(flush);
  next_look_->start_once(0s);
}

void Flusher::stop(const DomainName& name) { flushes_.erase(name); }

void Flusher::answered(const DomainName& name, const std::string& id) {
  const auto found = flushes_.find(name);
  if (found == flushes_.end()) return;
  Flush& flush = found->second;
  if (!id.empty()) flush.answered.insert(id);
  flush.pause = Duration(0);
  if (flush.round > 0) return;
  flush.round = 1;
  next_look_->start_once(0s);
}

// Many may fail at once: they are one relapse.
void Flusher::not_answered(const DomainName& name) {
  const auto found = flushes_.find(name);
  const SteadyTime now = clock_.now().steady;
  if (found == flushes_.end() || found->second.canary_from > now) return;
  Flush& flush = found->second;
  flush.round = 0;
  flush.pause = flush.pause == Duration(0) ? Duration(kFirstPause) : std::min<Duration>(2 * flush.pause, kLongestPause);
  flush.canary_from = now + flush.pause;
  flush.canary.clear();
}

void Flusher::try_one(const DomainName& name, OnTried on_tried) {
  trials_[name] = std::move(on_tried);
  next_look_->start_once(0s);
}

void Flusher::look() {
  if (looking_ || (flushes_.empty() && trials_.empty())) return;
  std::set<DomainName> wanted;
  for (const auto& [name, flush] : flushes_) wanted.insert(name);
  looked_for_ = std::exchange(trials_, {});
  for (const auto& [name, trial] : looked_for_) wanted.insert(name);
  std::set<DomainName> leave_out;
  std::set_difference(held_.begin(), held_.end(), wanted.begin(), wanted.end(), std::inserter(leave_out, leave_out.end()));
  looking_ = true;
  queue_.list(wanted, leave_out, [this](const Result<Waiting>& waiting) { looked(waiting); });
}

void Flusher::looked(const Result<Waiting>& waiting) {
  looking_ = false;
  const auto waiting_for = [&](const DomainName& name) {
    if (!waiting) return std::vector<std::string>{};
    const auto found = waiting->find(name);
    return found == waiting->end() ? std::vector<std::string>{} : found->second;
  };
  for (const auto& [name, tell] : std::exchange(looked_for_, {})) {
    const auto ids = waiting_for(name);
    if (!ids.empty()) queue_.push({ids.front()}, nullptr);
    tell(!waiting || !ids.empty());
  }
  for (auto one = flushes_.begin(); one != flushes_.end();) {
    auto& [name, flush] = *one;
    flush.forget_sleep(clock_.now().steady);
    const auto ids = waiting_for(name);
    if (waiting) forget_who_left(flush.answered, ids);
    auto untried = ids;
    std::erase_if(untried, [&, &answered = flush.answered](const std::string& id) { return answered.contains(id); });
    if (waiting && is_over(name, flush, untried)) {
      one = flushes_.erase(one);
      continue;
    }
    push_some(flush, std::move(untried));
    ++one;
  }
  if (!trials_.empty())
    next_look_->start_once(0s);
  else if (!flushes_.empty())
    next_look_->start_once(kBetweenLooks);
}

// One that is under way does not wait; one that waits again was held by what the MTA remembers.
void Flusher::push_canary(Flush& flush, const std::vector<std::string>& ids) {
  const bool waits = std::find(ids.begin(), ids.end(), flush.canary) != ids.end();
  if (flush.canary.empty())
    flush.canary = ids.front();
  else if (!waits)
    return;
  ++flush.pushed;
  queue_.push({flush.canary}, nullptr);
}

void Flusher::push_some(Flush& flush, std::vector<std::string> ids) {
  const SteadyTime now = clock_.now().steady;
  if (ids.empty() || now < flush.canary_from) return;
  if (flush.round == 0 && now - flush.canary_from >= kCanaryPatience) flush.round = 1;
  if (flush.round == 0) return push_canary(flush, ids);
  if (flush.round < kRamp.size() && ids.size() > kRamp[flush.round]) ids.resize(kRamp[flush.round]);
  ++flush.round;
  flush.pushed += ids.size();
  queue_.push(ids, nullptr);
}

bool Flusher::is_over(const DomainName& name, Flush& flush, const std::vector<std::string>& ids) {
  const SteadyTime now = clock_.now().steady;
  if (ids.empty() && !flush.empty) flush.empty = now;
  if (ids.empty() && now - flush.begun >= kSettle) {
    const auto left = flush.answered.size();
    on_flushed_({name, flush.pushed, *flush.empty - flush.begun,
                 left == 0 ? "" : std::to_string(left) + " of its messages were answered and wait for another time"});
    return true;
  }
  if (!ids.empty()) flush.empty.reset();
  if (now - flush.begun < kPatience) return false;
  on_flushed_({name, flush.pushed, now - flush.begun, std::to_string(ids.size()) + " of its messages still wait"});
  return true;
}

}  // namespace mxpulse::gate
