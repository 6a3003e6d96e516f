#include "cli/check_run.hpp"

#include <algorithm>

namespace mxpulse::cli {
namespace {

constexpr auto kLookAgain = std::chrono::milliseconds(10);
constexpr health::Thresholds kEveryResultCounts{1, 1};

// A target that is no name: what is wrong with it is the report.
std::shared_ptr<const MxSet> no_such_target(const std::string& why) {
  auto set = std::make_shared<MxSet>();
  set->failure = Cause::kNoSuchDomain;
  set->why = "not a domain name: " + why;
  return set;
}

std::shared_ptr<const MxSet> only_address(const Address& address) {
  auto set = std::make_shared<MxSet>();
  set->hosts.emplace_back();
  set->hosts.back().addresses.push_back(address);
  return set;
}

std::string printable(const std::string& text) {
  std::string result;
  for (const char c : text) result += c >= 0x20 && c < 0x7f ? c : '?';
  return result;
}

}  // namespace

CheckRun::CheckRun(net::Loop& loop, const Clock& clock, Resolver* resolver, Limits limits, Tell tell)
    : clock_(clock), resolver_(resolver), limits_(limits), tell_(std::move(tell)), look_again_(loop, [this] { pump(); }) {}

void CheckRun::begin(TargetSource source, Prober& prober, std::function<void()> ended) {
  source_ = std::move(source);
  prober_ = &prober;
  ended_ = std::move(ended);
  look_again_.start_once(Duration(0));
}

void CheckRun::pump() {
  while (under_way_ < limits_.targets) {
    const auto text = source_.next();
    if (!text) break;
    start(*text);
  }
  begin_probes();
  if (under_way_ == 0 && source_.ended()) {
    if (const auto ended = std::exchange(ended_, nullptr)) ended();
    return;
  }
  if (!to_ask_.empty() || (under_way_ < limits_.targets && !source_.ended())) look_again_.start_once(kLookAgain);
}

void CheckRun::start(const std::string& text) {
  ++under_way_;
  auto target = std::make_shared<Target>();
  target->report.target = printable(text);
  if (resolver_ == nullptr) {
    const auto address = Address::parse(text);
    looked_up(target, address ? only_address(*address) : no_such_target("--direct takes addresses"));
    return;
  }
  const auto name = DomainName::parse(text);
  if (!name) return looked_up(target, no_such_target(name.why()));
  target->report.target = name->text();
  resolver_->resolve(*name, [this, target](std::shared_ptr<const MxSet> set) {
    looked_up(target, std::move(set));
    pump();
  });
}

void CheckRun::looked_up(const std::shared_ptr<Target>& target, std::shared_ptr<const MxSet> set) {
  CheckReport& report = target->report;
  report.set = std::move(set);
  for (const auto& asked : health::asked_addresses(*report.set)) {
    const MxHost& host = report.set->hosts[asked.host];
    report.asked.push_back({host.name.empty() ? asked.address.text() : host.name.text(), host.preference, asked.address, {}});
  }
  ask(target);
}

void CheckRun::ask(const std::shared_ptr<Target>& target) {
  for (const AskedAddress& asked : target->report.asked) {
    if (results_.contains(asked.address)) continue;
    ++target->unanswered;
    const auto [waiting, is_new] = waiting_.try_emplace(asked.address);
    waiting->second.push_back(target);
    if (is_new) to_ask_.push_back(asked.address);
  }
  if (target->unanswered == 0) finish(target);
}

void CheckRun::begin_probes() {
  while (!to_ask_.empty() && prober_->in_flight() < limits_.probes) {
    prober_->probe(to_ask_.back());
    to_ask_.pop_back();
  }
}

void CheckRun::probed(const Address& address, const ProbeResult& result) {
  results_.emplace(address, result);
  const auto waiting = waiting_.extract(address);
  for (const auto& target : waiting.mapped()) {
    if (--target->unanswered == 0) finish(target);
  }
  pump();
}

void CheckRun::finish(const std::shared_ptr<Target>& target) {
  CheckReport& report = target->report;
  const Now now = clock_.now();
  health::AddressBook book(kEveryResultCounts);
  for (AskedAddress& asked : report.asked) {
    asked.result = results_.at(asked.address);
    book.record(asked.address, asked.result, now);
  }
  health::NoAnswerStreak lookups;
  lookups.record(Outcome::kNoAnswer, kEveryResultCounts, now);  // counts only where a lookup failed
  report.health = health::assess(*report.set, book, lookups);
  --under_way_;
  tell_(report);
}

}  // namespace mxpulse::cli
