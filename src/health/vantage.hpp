// Whether what we see is them or us: may a no-answer count?
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "health/mass_silence.hpp"
#include "mxpulse/address.hpp"
#include "mxpulse/cause.hpp"
#include "mxpulse/domain_name.hpp"
#include "mxpulse/probe_result.hpp"
#include "mxpulse/shared_text.hpp"
#include "mxpulse/time.hpp"

namespace mxpulse::health {

// A way out of this machine: it breaks apart from the others. A family has at most one source address, so it stands for
// that too; a private network may stand while the Internet is gone, and the other way round.
struct Path {
  Family family = Family::kIPv4;
  bool internet = true;

  auto operator<=>(const Path&) const = default;
};

inline constexpr std::array<Path, 4> kPaths{
    {{Family::kIPv4, true}, {Family::kIPv4, false}, {Family::kIPv6, true}, {Family::kIPv6, false}}};

struct VantageOptions {
  Panic panic;
  Duration grace = std::chrono::minutes(5);     // after an impairment no-answers are heard and not counted for so long
  Duration patience = std::chrono::minutes(3);  // a no-answer that our controls do not vouch for in this time is not counted
  Duration wait = std::chrono::seconds(30);     // without controls: so long it waits for somebody else to be heard
};

// What to do with a no-answer.
enum class Judgement : std::uint8_t {
  kCounts,    // it is theirs
  kDoubtful,  // ask again once more was heard; asking the controls helps
  kOurs,      // it says nothing about the host
};

// A no-answer counts once somebody else is heard after it on the same path: whatever cut us off would have cut them off too.
// A path is impaired, and no no-answer on it counts, while
// - none of our DNS servers answers, or can be asked,
// - this machine cannot even begin to ask,
// - more than half of the path's controls are silent,
// - most of what answered fell silent at once, on most providers (panic).
// Pure: it is told everything, with `now`.
class Vantage {
 public:
  explicit Vantage(VantageOptions options) : options_(options) {}

  void configure(VantageOptions options) { options_ = options; }

  // The paths on which this control can be asked; none: it is one no more.
  void set_control(const DomainName& control, const std::vector<Path>& paths);
  void control_said(const DomainName& control, Path path, Outcome outcome);
  // Empty: our DNS servers answer.
  void resolver_said(std::string trouble) { resolver_trouble_ = std::move(trouble); }

  // What any probe on the path found. `destinations`: so many stand behind the address.
  void heard(const Address& address, Path path, const SharedText& provider, std::size_t destinations, const ProbeResult& result,
             SteadyTime now);
  void forget(const Address& address, Path path);

  // Of a no-answer of this address that came at `ended` and was told to heard().
  Judgement judge(const Address& address, Path path, SteadyTime ended, SteadyTime now) const;

  struct Change {
    bool impaired = false;
    std::string why;
  };
  // Looks at everything again; call it after telling something, and now and then. A change of impaired() or of why, if
  // there is one, to tell people.
  std::optional<Change> turn(SteadyTime now);

  // We were away: what was under way meanwhile says nothing.
  void begin_grace(SteadyTime now);
  // Not impaired, and no grace runs.
  bool trusts(Path path, SteadyTime now) const;
  bool is_impaired(Path path) const { return !state(path).why.empty(); }
  // Ours as a whole: IPv4's, or IPv6's where IPv4 is not used.
  bool is_impaired() const { return !why().empty(); }
  std::string why() const;
  bool family_is_impaired(Family family) const;
  const std::string& why(Path path) const { return state(path).why; }

  // Controls that answered when they were last asked, on any path; and how many there are to ask.
  std::size_t controls_answering() const;
  std::size_t controls() const;
  bool has_controls(Path path) const { return !state(path).controls.empty(); }

 private:
  struct Control {
    std::optional<Outcome> last;  // answered or no_answer
  };

  struct Heard {
    Address address;
    SteadyTime at;
  };

  struct PathState {
    std::map<DomainName, Control> controls;
    MassSilence mass;
    std::array<std::optional<Heard>, 2> newest;  // the last answers, of two addresses
    unsigned local_errors = 0;                   // in a row
    std::string local_error;
    bool in_use = false;
    bool ever_heard = false;
    std::string why;  // it is impaired; empty: it is not
    std::optional<SteadyTime> grace_ends;

    std::size_t silent_controls() const;
    bool controls_vouch() const { return !controls.empty() && controls_answering() * 2 >= controls.size(); }
    std::size_t controls_answering() const;
  };

  PathState& state(Path path);
  const PathState& state(Path path) const;
  void heard_answer(PathState& path, const Address& address, SteadyTime now);
  bool ever_heard(Family family) const;
  std::string trouble(Path path) const;
  std::string trouble_but_panic(Path path) const;

  VantageOptions options_;
  std::string resolver_trouble_;
  std::array<PathState, kPaths.size()> paths_;
  std::string told_;
};

}  // namespace mxpulse::health
