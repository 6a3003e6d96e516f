// Answers by name and type, as long as they are good for something.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

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

class Cache {
 public:
  // At most `entries`, the least recently used go first; 0: nothing is kept.
  Cache(std::size_t entries, Duration serve_stale) : entries_(entries), serve_stale_(serve_stale) {}

  struct Found {
    std::shared_ptr<const Answer> answer;  // null if there is none
    std::optional<Failure> failure;        // a failure that is remembered
  };

  // What is still good: the answer within its TTL, else the last failure.
  std::optional<Found> fresh(const Question& question, SteadyTime now);
  // A positive answer past its TTL by at most `serve_stale`, for when no server gives a fresh one (RFC 8767).
  std::shared_ptr<const Answer> stale(const Question& question, SteadyTime now);

  void keep(const Question& question, std::shared_ptr<const Answer> answer, SteadyTime now);
  void keep(const Question& question, Failure failure, SteadyTime now);

 private:
  struct Entry {
    Question question;
    std::shared_ptr<const Answer> answer;
    SteadyTime good_until{};
    std::optional<Failure> failure;
    SteadyTime failed_until{};
  };

  Entry* find(const Question& question);
  Entry* make(const Question& question);

  std::size_t entries_;
  Duration serve_stale_;
  std::list<Entry> by_use_;  // the latest first
  std::unordered_map<Question, std::list<Entry>::iterator, QuestionHash> by_question_;
};

}  // namespace mxpulse::dns
