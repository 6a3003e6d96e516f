// What a command's exit status says.
#pragma once

namespace mxpulse::cli {

enum ExitCode : int {
  kGood = 0,         // check: every target is available
  kNotGood = 1,      // check: some target is not available; gate: held; other commands: it failed
  kUsage = 2,        // the command line is wrong
  kCouldNotAsk = 3,  // check, gate: nothing could be asked, because of us
};

}  // namespace mxpulse::cli
