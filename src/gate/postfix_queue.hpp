// Postfix's queue, by postqueue(1).
#pragma once

#include <deque>
#include <memory>

#include "gate/mail_queue.hpp"
#include "net/command.hpp"

namespace mxpulse::gate {

// Pushed by queue id (postqueue -i), which wakes that message's destination only and passes by defer_transports;
// postqueue -s would unthrottle every dead destination of the instance.
class PostfixQueue final : public MailQueue {
 public:
  PostfixQueue(net::Loop& loop, std::string config_directory) : loop_(loop), config_directory_(std::move(config_directory)) {}

  void list(const std::set<DomainName>& wanted, const std::set<DomainName>& leave_out, OnListed on_listed) override;
  void push(const std::vector<std::string>& ids, OnPushed on_pushed) override;

 private:
  struct Listing;
  struct Push {
    std::string id;
    OnPushed on_pushed;  // with the last of its ids
  };

  void push_next();

  net::Loop& loop_;
  std::string config_directory_;
  std::unique_ptr<net::Command> listing_;
  std::unique_ptr<net::Command> pushing_;
  std::deque<Push> to_push_;
};

// One line of `postqueue -j`: adds what it says to `waiting`. Anything else than such a line adds nothing. Pure.
void read_postqueue_line(std::string_view line, const std::set<DomainName>& wanted, const std::set<DomainName>& leave_out,
                         Waiting& waiting);

}  // namespace mxpulse::gate
