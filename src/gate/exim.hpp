// Exim: holds as a list that hold_domains reads, and its queue.
#pragma once

#include <memory>
#include <vector>

#include "gate/mail_queue.hpp"
#include "net/command.hpp"

namespace mxpulse::gate {

struct EximOptions {
  std::string hold_file;  // a domain a line; empty: no Exim
  std::string program = "exim4";
  bool operator==(const EximOptions&) const = default;
};

// Every delivery process reads the file anew, so a line that is gone lets mail go at once.
class EximHoldFile final : public HoldTable {
 public:
  EximHoldFile(net::Loop& loop, std::string path) : loop_(loop), path_(std::move(path)) {}

  void write(const std::set<DomainName>& held, OnWritten on_written) override;
  Result<bool> clear_now() override;
  bool holds_somebody() const override;

 private:
  net::Loop& loop_;
  std::string path_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // a posted call looks first
};

// Pushed by message id (exim -M), which forces a delivery attempt whatever is held or waits for its retry time.
class EximQueue final : public MailQueue {
 public:
  EximQueue(net::Loop& loop, std::string program) : loop_(loop), program_(std::move(program)) {}
  ~EximQueue() override;  // deliveries under way go on

  void list(const std::set<DomainName>& wanted, const std::set<DomainName>& leave_out, OnListed on_listed) override;
  void push(const std::vector<std::string>& ids, OnPushed on_pushed) override;

 private:
  net::Loop& loop_;
  std::string program_;
  std::unique_ptr<net::Command> listing_;
  std::vector<std::unique_ptr<net::Command>> pushes_;  // a message to a dead host takes its connect_timeout
};

// What `exim -bp` prints -> who waits for whom. Pure.
Waiting read_exim_queue(std::string_view printed, const std::set<DomainName>& wanted, const std::set<DomainName>& leave_out);

}  // namespace mxpulse::gate
