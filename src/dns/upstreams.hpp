// Our DNS servers together: which to ask, and whether a failure is the name's or ours.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <span>
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
    SteadyTime at;                         // when it came
  };
  using Done = std::function<void(const Reply&)>;

  // `observer` may be null.
  Upstreams(const Clock& clock, std::vector<std::unique_ptr<Server>> servers, DnsObserver* observer);

  void ask(const Question& question, SteadyTime now, Done done);

 private:
  struct Attempt {
    Question question;
    Done done;
    std::size_t server = 0;            // asked last
    std::vector<std::size_t> further;  // still to ask, the next one last
    SteadyTime sent;                   // to `server`
    std::list<Attempt>::iterator place;
    DnsAnswer last = DnsAnswer::kTimeout;
    bool lacked_socket = false;  // for some server
    std::size_t doubts = 0;      // questions above it that are still open
  };
  struct Upstream {
    std::unique_ptr<Server> server;
    std::optional<SteadyTime> silent_since;
  };

  void replied(Attempt& attempt, const ServerReply& reply);
  void ask_next(Attempt& attempt, SteadyTime now);
  void send(Attempt& attempt, std::size_t server, SteadyTime now);
  void all_failed(Attempt& attempt, SteadyTime now);
  void doubt(Attempt& attempt, SteadyTime now);
  void doubt_answered(Attempt& attempt, const DomainName& name, SteadyTime sent, std::span<const unsigned char> message);
  void settle(Attempt& attempt, bool resolver_works, SteadyTime now);
  void end(Attempt& attempt, const Reply& reply);
  std::vector<std::size_t> order(SteadyTime now) const;  // the next to ask last
  void set_answering(bool answering);

  const Clock& clock_;
  DnsObserver* observer_;
  std::vector<Upstream> upstreams_;
  std::list<Attempt> attempts_;
  std::size_t preferred_ = 0;
  std::optional<SteadyTime> last_answer_;  // of any server to any question
  std::optional<SteadyTime> found_down_;   // when asking above found nobody
  std::optional<bool> answering_;
};

}  // namespace mxpulse::dns
