#include "dns/upstreams.hpp"

#include <algorithm>
#include <utility>

namespace mxpulse::dns {
namespace {

using namespace std::chrono_literals;

constexpr Duration kAnswerIsRecent = 10s;  // an answer this young shows that the resolver works
constexpr Duration kDownIsRecent = 2s;     // one search above a failing name serves all that fail in this time
constexpr Duration kSilentTime = 30s;      // a silent server is asked last for so long

bool is_answer(DnsAnswer kind) {
  return kind == DnsAnswer::kAnswer || kind == DnsAnswer::kNoData || kind == DnsAnswer::kNoSuchDomain;
}

std::string words(DnsAnswer kind) {
  switch (kind) {
    case DnsAnswer::kServerFailure: return "SERVFAIL";
    case DnsAnswer::kRefused: return "REFUSED";
    case DnsAnswer::kMalformed: return "an unreadable answer";
    default: return "no reply";
  }
}

// "a.b.example" -> "b.example", "example" and the root, which is the empty name.
std::vector<DomainName> names_above(const DomainName& name) {
  std::vector<DomainName> names{DomainName()};
  const std::string_view text = name.text();
  const auto first = text.find('.');
  const auto last = text.rfind('.');
  if (first != std::string_view::npos) names.push_back(*DomainName::parse(text.substr(last + 1)));
  if (first != last) names.push_back(*DomainName::parse(text.substr(first + 1)));
  return names;
}

}  // namespace

Upstreams::Upstreams(const Clock& clock, std::vector<std::unique_ptr<Server>> servers, DnsObserver* observer)
    : clock_(clock), observer_(observer) {
  for (auto& server : servers) upstreams_.push_back({std::move(server), std::nullopt});
}

void Upstreams::ask(const Question& question, SteadyTime now, Done done) {
  Attempt& attempt = attempts_.emplace_front();
  attempt.place = attempts_.begin();
  attempt.question = question;
  attempt.done = std::move(done);
  if (upstreams_.size() == 1) return send(attempt, 0, now);  // the usual case, and an order takes memory
  attempt.further = order(now);
  ask_next(attempt, now);
}

void Upstreams::ask_next(Attempt& attempt, SteadyTime now) {
  if (attempt.further.empty()) return all_failed(attempt, now);
  const std::size_t server = attempt.further.back();
  attempt.further.pop_back();
  send(attempt, server, now);
}

void Upstreams::send(Attempt& attempt, std::size_t server, SteadyTime now) {
  attempt.server = server;
  attempt.sent = now;
  upstreams_[attempt.server].server->ask(attempt.question.name.c_str(), static_cast<int>(attempt.question.type),
                                         [this, &attempt](const ServerReply& reply) { replied(attempt, reply); });
}

void Upstreams::replied(Attempt& attempt, const ServerReply& reply) {
  const SteadyTime now = clock_.now().steady;
  if (reply.lacked_socket) {
    attempt.lacked_socket = true;
    return ask_next(attempt, now);
  }
  Answer answer;
  answer.kind = DnsAnswer::kTimeout;
  if (!reply.message.empty()) answer = read_answer(reply.message, attempt.question.name, attempt.question.type);
  if (observer_ != nullptr) observer_->queried(answer.kind, now - attempt.sent);

  if (answer.kind == DnsAnswer::kTimeout) {
    upstreams_[attempt.server].silent_since = now;
  } else {
    upstreams_[attempt.server].silent_since.reset();
  }
  if (!is_answer(answer.kind)) {
    attempt.last = answer.kind;
    return ask_next(attempt, now);
  }
  preferred_ = attempt.server;
  last_answer_ = now;
  set_answering(true);
  end(attempt, {std::make_shared<const Answer>(std::move(answer)), std::nullopt, now});
}

void Upstreams::all_failed(Attempt& attempt, SteadyTime now) {
  if (attempt.lacked_socket) {
    return end(attempt, {nullptr, Failure{Cause::kLocalError, "no socket to ask for " + attempt.question.name.text()}, now});
  }
  if (last_answer_ && now - *last_answer_ < kAnswerIsRecent) return settle(attempt, true, now);
  if (found_down_ && now - *found_down_ < kDownIsRecent) return settle(attempt, false, now);
  doubt(attempt, now);
}

// Asks every server for the NS of the names above, all at once: the first answer decides, or the last failure.
void Upstreams::doubt(Attempt& attempt, SteadyTime now) {
  const auto names = names_above(attempt.question.name);
  attempt.doubts = names.size() * upstreams_.size();
  for (Upstream& upstream : upstreams_) {
    for (const DomainName& name : names) {
      upstream.server->ask(
          name.empty() ? "." : name.c_str(), static_cast<int>(Type::kNs),
          [this, &attempt, name, now](const ServerReply& reply) { doubt_answered(attempt, name, now, reply.message); });
    }
  }
}

// A server that refuses the root is an authoritative one, and works.
void Upstreams::doubt_answered(Attempt& attempt, const DomainName& name, SteadyTime sent,
                               std::span<const unsigned char> message) {
  const SteadyTime now = clock_.now().steady;
  const DnsAnswer kind = message.empty() ? DnsAnswer::kTimeout : read_answer(message, name, Type::kNs).kind;
  if (observer_ != nullptr) observer_->queried(kind, now - sent);
  const bool last = --attempt.doubts == 0;
  if (!attempt.done) {  // settled by an earlier one
    if (last) attempts_.erase(attempt.place);
    return;
  }
  if (is_answer(kind) || (name.empty() && kind == DnsAnswer::kRefused)) {
    last_answer_ = now;
    settle(attempt, true, now);
  } else if (last) {
    found_down_ = now;
    settle(attempt, false, now);
  }
}

void Upstreams::settle(Attempt& attempt, bool resolver_works, SteadyTime now) {
  set_answering(resolver_works);
  const std::string said = words(attempt.last) + " for " + attempt.question.name.text();
  end(attempt, {nullptr,
                resolver_works ? Failure{Cause::kDnsTemporary, said + ", while other names are answered"}
                               : Failure{Cause::kResolverDown, said + ", and no other name is answered either"},
                now});
}

// The attempt stays while questions above it are open.
void Upstreams::end(Attempt& attempt, const Reply& reply) {
  const Done done = std::exchange(attempt.done, nullptr);
  if (attempt.doubts == 0) attempts_.erase(attempt.place);
  done(reply);
}

std::vector<std::size_t> Upstreams::order(SteadyTime now) const {
  std::vector<std::size_t> servers;
  servers.reserve(upstreams_.size());
  for (std::size_t i = 0; i < upstreams_.size(); ++i) servers.push_back((preferred_ + i) % upstreams_.size());
  std::stable_partition(servers.begin(), servers.end(), [&](std::size_t one) {
    const auto silent = upstreams_[one].silent_since;
    return !silent || now - *silent >= kSilentTime;
  });
  std::reverse(servers.begin(), servers.end());
  return servers;
}

void Upstreams::set_answering(bool answering) {
  if (answering_ == answering) return;
  answering_ = answering;
  if (observer_ != nullptr) observer_->resolver_answers(answering);
}

}  // namespace mxpulse::dns
