// What the gate needs of an MTA: a place for its holds, and a queue it can look into and push.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "mxpulse/domain_name.hpp"
#include "mxpulse/result.hpp"

namespace mxpulse::gate {

// Queue ids by the destination they wait for, oldest first as the MTA lists them.
using Waiting = std::map<DomainName, std::vector<std::string>>;

// Both may take a while; they run beside the loop and call back on it, at most once, never before the next turn.
// Destroying one ends what it runs and calls nobody.
class HoldTable {
 public:
  using OnWritten = std::function<void(Result<bool>)>;

  virtual ~HoldTable() = default;
  // From now on exactly these are held. A call while another is under way follows it; only the newest counts.
  virtual void write(const std::set<DomainName>& held, OnWritten on_written) = 0;
  // Holds nobody, before it returns: for the end of the process. A failure says what is still in place.
  virtual Result<bool> clear_now() = 0;
  // Whether the table in place holds anybody.
  virtual bool holds_somebody() const = 0;
};

class MailQueue {
 public:
  using OnListed = std::function<void(Result<Waiting>)>;
  using OnPushed = std::function<void(Result<bool>)>;

  virtual ~MailQueue() = default;
  // The messages that wait for these destinations. A message for a destination of `leave_out` too is left to the MTA.
  virtual void list(const std::set<DomainName>& wanted, const std::set<DomainName>& leave_out, OnListed on_listed) = 0;
  // Tries to deliver these now, held or not.
  virtual void push(const std::vector<std::string>& ids, OnPushed on_pushed) = 0;
};

}  // namespace mxpulse::gate
