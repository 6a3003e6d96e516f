// Runs a program on the loop, without a shell.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mxpulse/result.hpp"
#include "net/loop.hpp"

namespace mxpulse::net {

// Destroying it ends the program (SIGKILL) and calls nobody. Its standard input is empty; of standard error the first
// 512 bytes are kept for the reason of a failure.
class Command {
 public:
  // Standard output as it comes, in pieces of any size.
  using OnOutput = std::function<void(std::string_view piece)>;
  // True when it ended with status 0; else why not, naming the program. May destroy the command.
  using OnDone = std::function<void(Result<bool> result)>;

  // `arguments[0]` is the program, looked up on the PATH. After `limit` it is ended. Never calls back before the next turn.
  Command(Loop& loop, const std::vector<std::string>& arguments, Duration limit, OnOutput on_output, OnDone on_done);
  ~Command();
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  // From now on destroying it leaves the program to itself.
  void leave_running();

 private:
  struct State;
  State* state_;  // frees itself once the loop let go of its handles
};

}  // namespace mxpulse::net
