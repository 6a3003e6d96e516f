#include "daemon/gatekeeper.hpp"

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::daemon;
using namespace std::chrono_literals;

namespace {

const DomainName kName = *DomainName::parse("example.org");

struct MovableClock final : Clock {
  Now now() const override { return {SteadyTime(1h + passed), SystemTime(1000h + passed)}; }
  Duration passed{0};
};

// None ever rings: the test looks at the gate before anything is due.
struct QuietAlarms final : Alarms {
  struct Quiet final : Alarm {
    void start_once(Duration) override {}
    void start_every(Duration) override {}
    void stop() override {}
  };
  std::unique_ptr<Alarm> make(std::function<void()>) override { return std::make_unique<Quiet>(); }
};

struct NoMtas final : gate::Mtas {
  std::vector<gate::Mta> make(const gate::MtaOptions&, const OnFailure&) override { return {}; }
  Result<Guard> guard(const gate::HoldFiles&) override { return Guard(); }
};

struct Heard final : Observer {
  void attempt_was_vain(GateState gate) override { vain.emplace_back(label(gate)); }
  std::vector<std::string> vain;
};

}  // namespace

TEST_CASE("an attempt in vain is told with the gate that it met, not with the one it leads to") {
  QuietAlarms alarms;
  const MovableClock clock;
  NoMtas mtas;
  Heard heard;
  Gatekeeper gatekeeper(alarms, clock, mtas, heard);
  REQUIRE(gatekeeper.configure(GateOptions{}));
  gatekeeper.nominated(kName);
  gatekeeper.silent(kName, clock.now().steady, "no host answers");
  REQUIRE(gatekeeper.answer(kName).hold);
  gatekeeper.nominated(kName);
  gatekeeper.answers(kName, "a host answers");
  gatekeeper.nominated(kName);
  CHECK(heard.vain == std::vector<std::string>{"open", "held", "open"});
}
