// Answers by name and type, as long as they are good for something, and who waits for one.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "dns/answer.hpp"
#include "mxpulse/cause.hpp"

namespace mxpulse::dns {

struct Question {
  DomainName name;
  Type type;

  bool operator==(const Question&) const = default;
};

// Not noexcept: libstdc++ then keeps its value in the node, and a search does not compute it of each name that it passes.
struct QuestionHash {
  std::size_t operator()(const Question& question) const {
    return std::hash<DomainName>{}(question.name) * 31 + static_cast<std::size_t>(question.type);
  }
};

// Why no server gave an answer.
struct Failure {
  Cause cause;  // dns_temporary or resolver_down
  std::string why;
};

struct Looked {
  std::shared_ptr<const Answer> answer;  // null if there is none, not even a stale one
  std::optional<Failure> failure;        // set when the servers failed; a stale answer may stand beside it
  bool stale = false;
  bool from_servers = false;  // asked now
};

// What is known and who waits for more stand in one table, so that a question is searched for once (tests/bench/README.md).
class Cache {
 public:
  using Done = std::function<void(const Looked&)>;

  class Entry {
    friend class Cache;
    std::shared_ptr<const Answer> answer_;
    SteadyTime good_until_{};
    std::unique_ptr<const Failure> failure_;
    SteadyTime failed_until_{};
    std::vector<Done> waiting_;
    std::list<std::pair<const Question, Entry>*>::iterator use_;
  };
  using Place = std::pair<const Question, Entry>;

  // At most `entries` that nobody waits for, the least recently used go first; 0: nothing is kept.
  Cache(std::size_t entries, Duration serve_stale) : entries_(entries), serve_stale_(serve_stale) {}

  // Finds it, or makes it. If nothing of it is fresh(), whoever asked must wait().
  Place& at(const Question& question);
  // What is still good: the answer within its TTL, else the last failure, with a stale answer beside it.
  std::optional<Looked> fresh(const Place& place, SteadyTime now);
  // A positive answer past its TTL by at most `serve_stale`, for when no server gives a fresh one (RFC 8767).
  std::shared_ptr<const Answer> stale(const Place& place, SteadyTime now) const;

  // The place stays until something is kept there. Whether nobody waited before.
  bool wait(Place& place, Done done);
  // Those who waited. The place may be gone then.
  std::vector<Done> keep(Place& place, std::shared_ptr<const Answer> answer, SteadyTime now);
  std::vector<Done> keep(Place& place, Failure failure, SteadyTime now);

  // Those that nobody waits for.
  std::size_t size() const { return by_use_.size(); }

 private:
  std::vector<Done> end_wait(Place& place);

  std::size_t entries_;
  Duration serve_stale_;
  std::unordered_map<Question, Entry, QuestionHash> by_question_;
  std::list<Place*> by_use_;  // the latest first
  std::list<Place*> waited_for_;
};

}  // namespace mxpulse::dns
