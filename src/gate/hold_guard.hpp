// Opens the gates when mxpulse is gone: a process of its own that waits for that, and empties the hold tables.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "gate/exim.hpp"
#include "gate/postfix_table.hpp"
#include "net/descriptor.hpp"

namespace mxpulse::gate {

// Where holds are written that outlive mxpulse.
struct HoldFiles {
  PostfixOptions postfix;
  EximOptions exim;

  bool operator==(const HoldFiles&) const = default;
  bool none() const { return postfix.table.empty() && exim.hold_file.empty(); }
  std::vector<std::unique_ptr<HoldTable>> tables(net::Loop& loop) const;
};

// Empties every table that holds somebody. The failure names each that could not be.
Result<bool> open_all_gates(const HoldFiles& files);

// Against kill -9, an abort, the out-of-memory killer. The child runs this same program as `mxpulse open-gates
// --at-end-of-input ...` in a session of its own; its standard input is a pipe that nobody else holds open. What ends both
// at once (a whole control group, the machine) is for the service's ExecStopPost and for the next start.
class HoldGuard {
 public:
  static Result<std::unique_ptr<HoldGuard>> start(const HoldFiles& files);
  ~HoldGuard();  // the child looks at the tables once more and ends; waits for it
  HoldGuard(const HoldGuard&) = delete;
  HoldGuard& operator=(const HoldGuard&) = delete;

 private:
  HoldGuard(pid_t child, net::Descriptor pipe) : child_(child), pipe_(std::move(pipe)) {}

  pid_t child_;
  net::Descriptor pipe_;
};

}  // namespace mxpulse::gate
