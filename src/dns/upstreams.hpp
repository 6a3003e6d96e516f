// Our DNS servers together: which to ask, and whether a failure is the name's or ours.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "dns/cache.hpp"
#include "dns/server.hpp"
#include "mxpulse/dns_observer.hpp"

namespace mxpulse::dns {

// - a question goes to the server that answered last; if that fails, to the next, until one answers
// - a server that does not reply at all is asked last for a while
// - when all fail, the question is whose fault it is: ours if there was no socket to ask by; if some server answered another
//   name a moment ago, the name's
// - else the names above it are asked, the root too: any answer makes it the name's failure, none makes the resolver down
class Upstreams {
 public:
  struct Reply {
    std::shared_ptr<const Answer> answer;  // null if every server failed
    std::optional<Failure> failure;        // then set
  };
  using Done = std::function<void(Reply)>;

  // `observer` may be null.
  Upstreams(const Clock& clock, std::vector<std::unique_ptr<Server>> servers, DnsObserver* observer);

  void ask(const Question& question, Done done);

 private:
  struct Attempt;
  struct Upstream {
    std::unique_ptr<Server> server;
    std::optional<SteadyTime> silent_since;
  };

  void ask_next(const std::shared_ptr<Attempt>& attempt);
  void replied(const std::shared_ptr<Attempt>& attempt, std::size_t server, SteadyTime sent, const ServerReply& reply);
  void all_failed(const std::shared_ptr<Attempt>& attempt);
  void doubt(const std::shared_ptr<Attempt>& attempt);
  void doubt_answered(const std::shared_ptr<Attempt>& attempt, const DomainName& name, SteadyTime sent,
                      std::span<const unsigned char> message);
  void settle(const std::shared_ptr<Attempt>& attempt, bool resolver_works);
  std::vector<std::size_t> order() const;
  void set_answering(bool answering);

  const Clock& clock_;
  DnsObserver* observer_;
  std::vector<Upstream> upstreams_;
  std::size_t preferred_ = 0;
  std::optional<SteadyTime> last_answer_;  // of any server to any question
  std::optional<SteadyTime> found_down_;   // when asking above found nobody
  std::optional<bool> answering_;
};

}  // namespace mxpulse::dns
