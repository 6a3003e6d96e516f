// scenario FILE...  plays each file of steps on the daemon's core under fake time; the first that goes wrong is told as
// FILE:LINE: what was expected and what was seen.
//
// A step a line; # begins a comment; "..." knows \r \n \t \" \\ \xNN; durations as in mxpulse.toml.
//   config ... end          keys of mxpulse.toml over the ones below; before start
//   start · stop · kill · kill with guard · reload ... end · reload fails ... end
//   mx DOMAIN PREFERENCE HOST... · mx DOMAIN null · address HOST ADDRESS... · alias NAME TARGET · forget NAME · ttl SECONDS
//   dns NAME servfail|refused|no_reply|works · dns NAME raw "BYTES" (after the message's id) · resolver down|up
//   host ADDRESS [for us] BEHAVIOUR · host ADDRESS for us as everybody · network BEHAVIOUR (whoever we ask) · network works
//     BEHAVIOUR: drops · refuses · unreachable · silent · fails ERRNO · fails_here ERRNO · connects after D BEHAVIOUR ·
//     [greets "..."] [after D "..."]... [repeats N D "..."]... [closes|resets]
//   bounce DOMAIN HOST ADDRESS [N] ["words"] (the MTA met nobody) · log "line" · mail DOMAIN [N] · table stuck|works · disk
//   full|works pass D · clock +D|-D · sleep D (suspended) expect
//   verdict|cause|gate|streak|watched|hosts|table|queue|delivered|attempts DOMAIN X · expect host ADDRESS streak|cause|greeting X
//   expect connects ADDRESS N · expect metric SERIES N · expect vantage impaired|trusted · expect [no] log "words"
//     a number may have >= or <= before it; gate is deliver, hold, trial or exhausted; table is held or free
// The auditor of the simulation looks on at every turn; a broken promise fails the scenario.
#include <fstream>
#include <iostream>
#include <sstream>

#include "scenarios/player.hpp"

using namespace mxpulse::test;

namespace {

bool play(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file || text.str().empty()) {
    std::cout << path << ": cannot be read\n";
    return false;
  }
  try {
    if (!text.str().starts_with("# ")) throw ScriptError(1, "a scenario begins with what goes wrong and what must happen");
    Player player;
    for (const auto steps = read_script(text.str()); const Step& step : steps) player.play(step);
    player.end();
    return true;
  } catch (const ScriptError& error) {
    std::cout << path << ':' << error.line << ": " << error.what() << '\n';
    return false;
  }
}

}  // namespace

int main(int count, char** arguments) {
  int failed = 0;
  for (int i = 1; i < count; ++i) failed += play(arguments[i]) ? 0 : 1;
  std::cout << count - 1 - failed << " of " << count - 1 << " scenarios went as they tell\n";
  return failed == 0 && count > 1 ? 0 : 1;
}
