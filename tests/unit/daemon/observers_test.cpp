#include "daemon/observers.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::daemon;

namespace {

struct Hearing final : Observer {
  void vantage_changed(bool, std::string_view why, Now) override { heard.emplace_back(why); }
  std::vector<std::string> heard;
};

}  // namespace

TEST_CASE("who takes another's place is told what that one would be, and that one nothing") {
  Hearing log;
  Hearing metrics;
  Hearing terminal;
  Observers observers;
  observers.add(log);
  observers.add(metrics);
  observers.exchange(log, terminal);
  observers.vantage_changed(true, "nobody answers", {});
  CHECK(log.heard.empty());
  CHECK(metrics.heard == std::vector<std::string>{"nobody answers"});
  CHECK(terminal.heard == metrics.heard);
}
