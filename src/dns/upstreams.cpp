#include "dns/upstreams.hpp"

#include <algorithm>

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
  const std::string& text = name.text();
  const auto first = text.find('.');
  const auto last = text.rfind('.');
  if (first != std::string::npos) names.push_back(*DomainName::parse(text.substr(last + 1)));
  if (first != last) names.push_back(*DomainName::parse(text.substr(first + 1)));
  return names;
}

}  // namespace

struct Upstreams::Attempt {
  Question question;
  Done done;
  std::vector<std::size_t> servers;  // still to ask, the next one last
  DnsAnswer last = DnsAnswer::kTimeout;
  bool lacked_socket = false;  // for some server
  std::size_t doubts = 0;  // questions above it that are still open
  bool settled = false;
};

Upstreams::Upstreams(const Clock& clock, std::vector<std::unique_ptr<Server>> servers, DnsObserver* observer)
    : clock_(clock), observer_(observer) {
  for (auto& server : servers) upstreams_.push_back({std::move(server), std::nullopt});
}

void Upstreams::ask(const Question& question, Done done) {
  auto attempt = std::make_shared<Attempt>(Attempt{question, std::move(done), order()});
  std::reverse(attempt->servers.begin(), attempt->servers.end());
  ask_next(attempt);
}

void Upstreams::ask_next(const std::shared_ptr<Attempt>& attempt) {
  if (attempt->servers.empty()) return all_failed(attempt);
  const std::size_t server = attempt->servers.back();
  attempt->servers.pop_back();
  const SteadyTime sent = clock_.now().steady;
  upstreams_[server].server->ask(attempt->question.name.text(), static_cast<int>(attempt->question.type),
                                 [this, attempt, server, sent](const ServerReply& reply) { replied(attempt, server, sent, reply); });
}

void Upstreams::replied(const std::shared_ptr<Attempt>& attempt, std::size_t server, SteadyTime sent,
                        const ServerReply& reply) {
  if (reply.lacked_socket) {
    attempt->lacked_socket = true;
    return ask_next(attempt);
  }
  const SteadyTime now = clock_.now().steady;
  Answer answer;
  answer.kind = DnsAnswer::kTimeout;
  if (!reply.message.empty()) answer = read_answer(reply.message, attempt->question.name, attempt->question.type);
  if (observer_ != nullptr) observer_->queried(answer.kind, now - sent);

  if (answer.kind == DnsAnswer::kTimeout) {
    upstreams_[server].silent_since = now;
  } else {
    upstreams_[server].silent_since.reset();
  }
  if (!is_answer(answer.kind)) {
    attempt->last = answer.kind;
    return ask_next(attempt);
  }
  preferred_ = server;
  last_answer_ = now;
  set_answering(true);
  attempt->done({std::make_shared<const Answer>(std::move(answer)), std::nullopt});
}

void Upstreams::all_failed(const std::shared_ptr<Attempt>& attempt) {
  const SteadyTime now = clock_.now().steady;
  if (attempt->lacked_socket) {
    return attempt->done({nullptr, Failure{Cause::kLocalError, "no socket to ask for " + attempt->question.name.text()}});
  }
  if (last_answer_ && now - *last_answer_ < kAnswerIsRecent) return settle(attempt, true);
  if (found_down_ && now - *found_down_ < kDownIsRecent) return settle(attempt, false);
  doubt(attempt);
}

// Asks every server for the NS of the names above, all at once: the first answer decides, or the last failure.
void Upstreams::doubt(const std::shared_ptr<Attempt>& attempt) {
  const auto names = names_above(attempt->question.name);
  attempt->doubts = names.size() * upstreams_.size();
  for (Upstream& upstream : upstreams_) {
    for (const DomainName& name : names) {
      upstream.server->ask(
          name.empty() ? "." : name.text(), static_cast<int>(Type::kNs),
          [this, attempt, name, sent = clock_.now().steady](const ServerReply& reply) { doubt_answered(attempt, name, sent, reply.message); });
    }
  }
}

// A server that refuses the root is an authoritative one, and works.
void Upstreams::doubt_answered(const std::shared_ptr<Attempt>& attempt, const DomainName& name, SteadyTime sent,
                               std::span<const unsigned char> message) {
  const SteadyTime now = clock_.now().steady;
  const DnsAnswer kind = message.empty() ? DnsAnswer::kTimeout : read_answer(message, name, Type::kNs).kind;
  if (observer_ != nullptr) observer_->queried(kind, now - sent);
  const bool last = --attempt->doubts == 0;
  if (attempt->settled) return;
  if (is_answer(kind) || (name.empty() && kind == DnsAnswer::kRefused)) {
    last_answer_ = now;
    settle(attempt, true);
  } else if (last) {
    found_down_ = now;
    settle(attempt, false);
  }
}

void Upstreams::settle(const std::shared_ptr<Attempt>& attempt, bool resolver_works) {
  attempt->settled = true;
  set_answering(resolver_works);
  const std::string said = words(attempt->last) + " for " + attempt->question.name.text();
  attempt->done({nullptr, resolver_works ? Failure{Cause::kDnsTemporary, said + ", while other names are answered"}
                                         : Failure{Cause::kResolverDown, said + ", and no other name is answered either"}});
}

std::vector<std::size_t> Upstreams::order() const {
  const SteadyTime now = clock_.now().steady;
  std::vector<std::size_t> servers;
  servers.reserve(upstreams_.size());
  for (std::size_t i = 0; i < upstreams_.size(); ++i) servers.push_back((preferred_ + i) % upstreams_.size());
  if (servers.size() == 1) return servers;  // the usual case, and stable_partition() takes memory for it
  std::stable_partition(servers.begin(), servers.end(), [&](std::size_t one) {
    const auto silent = upstreams_[one].silent_since;
    return !silent || now - *silent >= kSilentTime;
  });
  return servers;
}

void Upstreams::set_answering(bool answering) {
  if (answering_ == answering) return;
  answering_ = answering;
  if (observer_ != nullptr) observer_->resolver_answers(answering);
}

}  // namespace mxpulse::dns
