#include "gate/flusher.hpp"

#include <algorithm>
#include <array>

namespace mxpulse::gate {
namespace {

using namespace std::chrono_literals;

constexpr auto kBetweenLooks = 3s;
constexpr auto kSettle = 45s;
constexpr auto kPatience = 10min;
constexpr std::array<std::size_t, 4> kRamp{1, 10, 100, 1000};  // then all

}  // namespace

Flusher::Flusher(Alarms& alarms, const Clock& clock, MailQueue& queue, OnFlushed on_flushed)
    : clock_(clock), queue_(queue), on_flushed_(std::move(on_flushed)), next_look_(alarms.make([this] { look(); })) {}

void Flusher::begin(const DomainName& name) {
  flushes_[name] = Flush{clock_.now().steady, {}, 0, 0};
  next_look_->start_once(0s);
}

void Flusher::stop(const DomainName& name) { flushes_.erase(name); }

void Flusher::try_one(const DomainName& name, OnTried on_tried) {
  trials_[name] = std::move(on_tried);
  next_look_->start_once(0s);
}

void Flusher::look() {
  if (looking_ || (flushes_.empty() && trials_.empty())) return;
  std::set<DomainName> wanted;
  for (const auto& [name, flush] : flushes_) wanted.insert(name);
  for (const auto& [name, trial] : trials_) wanted.insert(name);
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
  for (const auto& [name, tell] : std::exchange(trials_, {})) {
    const auto ids = waiting_for(name);
    if (!ids.empty()) queue_.push({ids.front()}, nullptr);
    tell(!waiting || !ids.empty());
  }
  for (auto one = flushes_.begin(); one != flushes_.end();) {
    auto& [name, flush] = *one;
    auto ids = waiting_for(name);
    if (!waiting || !is_over(name, flush, ids)) {
      if (flush.round < kRamp.size() && ids.size() > kRamp[flush.round]) ids.resize(kRamp[flush.round]);
      if (!ids.empty()) {
        ++flush.round;
        flush.pushed += ids.size();
        queue_.push(ids, nullptr);
      }
      ++one;
    } else {
      one = flushes_.erase(one);
    }
  }
  if (!flushes_.empty() || !trials_.empty()) next_look_->start_once(kBetweenLooks);
}

bool Flusher::is_over(const DomainName& name, Flush& flush, const std::vector<std::string>& ids) {
  const SteadyTime now = clock_.now().steady;
  if (ids.empty() && !flush.empty) flush.empty = now;
  if (ids.empty() && now - flush.begun >= kSettle) {
    on_flushed_({name, flush.pushed, *flush.empty - flush.begun, ""});
    return true;
  }
  if (!ids.empty()) flush.empty.reset();
  if (now - flush.begun < kPatience) return false;
  on_flushed_({name, flush.pushed, now - flush.begun, std::to_string(ids.size()) + " of its messages still wait"});
  return true;
}

}  // namespace mxpulse::gate
