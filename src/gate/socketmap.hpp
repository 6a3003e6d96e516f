// Holds as a Postfix socketmap: "gate user@example.org" -> "OK mxhold:" or "NOTFOUND ". socketmap_table(5)
#pragma once

#include <memory>

#include "gate/mail_queue.hpp"
#include "net/stream_server.hpp"

namespace mxpulse::gate {

// Postfix asks with the whole recipient; the domain is ours to cut. It sees a change at its next question, but for what its
// queue manager remembers (30 s). While nobody answers at the socket, Postfix defers ALL mail: hence opt-in.
class Socketmap final : public HoldTable {
 public:
  // `transport` is what held mail gets, as in PostfixOptions.
  static Result<std::unique_ptr<Socketmap>> serve(net::Loop& loop, const StreamAddress& address, std::string transport);

  void write(const std::set<DomainName>& held, OnWritten on_written) override;
  Result<bool> clear_now() override;
  bool holds_somebody() const override { return !held_.empty(); }

  // Answers every whole netstring at the front of `bytes`. Pure but for `held`.
  static net::StreamServer::Turn answer(std::string_view bytes, const std::set<DomainName>& held, std::string_view transport);

 private:
  Socketmap(net::Loop& loop, std::string transport) : loop_(loop), transport_(std::move(transport)) {}

  net::Loop& loop_;
  std::string transport_;
  std::set<DomainName> held_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // a posted call looks first
  std::unique_ptr<net::StreamServer> server_;
};

}  // namespace mxpulse::gate
