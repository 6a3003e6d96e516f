// Holds as a Postfix lookup table: "example.org mxhold:" a line, compiled by postmap(1).
#pragma once

#include <memory>
#include <optional>

#include "gate/mail_queue.hpp"
#include "net/command.hpp"

namespace mxpulse::gate {

struct PostfixOptions {
  std::string table;  // "hash:/var/lib/mxpulse/hold": type and path; empty: no table
  std::string config_directory = "/etc/postfix";
  std::string transport = "mxhold";
  bool operator==(const PostfixOptions&) const = default;
};

// Written beside and renamed, so that Postfix finds the old table or the new one, whole. Postfix sees it within 10 s
// (trivial-rewrite(8) looks that often).
class PostfixTable final : public HoldTable {
 public:
  PostfixTable(net::Loop& loop, PostfixOptions options);

  void write(const std::set<DomainName>& held, OnWritten on_written) override;
  Result<bool> clear_now() override;
  bool holds_somebody() const override;

 private:
  void begin();
  void finish(Result<bool> compiled);
  Result<bool> put_in_place() const;
  std::string text() const;
  std::string suffix() const;

  net::Loop& loop_;
  PostfixOptions options_;
  std::string type_;
  std::string path_;
  std::set<DomainName> held_;
  std::vector<OnWritten> waiting_;
  bool again_ = false;
  std::unique_ptr<net::Command> postmap_;
};

}  // namespace mxpulse::gate
