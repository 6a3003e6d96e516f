// Asks the mail hosts of many targets, each address once, and tells the report of each target as it is complete.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "cli/check_report.hpp"
#include "cli/target_source.hpp"
#include "health/address_health.hpp"
#include "mxpulse/prober.hpp"
#include "mxpulse/resolver.hpp"
#include "net/timer.hpp"

namespace mxpulse::cli {

class CheckRun final : public ProbeListener {
 public:
  struct Limits {
    std::size_t targets = 100;  // under way at a time
    std::size_t probes = 1000;  // addresses asked at a time
  };
  using Tell = std::function<void(const CheckReport&)>;

  // `resolver` is null when the targets are addresses. `tell` is called on the loop's thread, in order of completion.
  CheckRun(net::Loop& loop, const Clock& clock, Resolver* resolver, Limits limits, Tell tell);

  // Begins; `ended` is called once the source has ended and every report was told. Again after that: more targets.
  void begin(TargetSource source, Prober& prober, std::function<void()> ended);

  void probed(const Address& address, const ProbeResult& result) override;

 private:
  // Kept small: thousands wait at a time.
  struct Target {
    std::string text;                  // as its report names it
    std::shared_ptr<const MxSet> set;  // null while unknown, and for a target that is an address until it is told
    std::size_t unanswered = 0;        // addresses whose result is still to come
  };
  // One address, asked once for all targets that have it.
  struct Asked {
    std::vector<std::shared_ptr<Target>> waiting;
    std::unique_ptr<const ProbeResult> result;  // null while under way
  };

  void pump();
  void start(const std::string& text);
  void looked_up(const std::shared_ptr<Target>& target, std::shared_ptr<const MxSet> set);
  void ask(const std::shared_ptr<Target>& target, const Address& address);
  void finish(Target& target);
  void begin_probes();
  void pump_later();

  const Clock& clock_;
  Resolver* resolver_;
  Limits limits_;
  Tell tell_;
  TargetSource source_{{}};
  Prober* prober_ = nullptr;
  std::function<void()> ended_;
  std::size_t under_way_ = 0;
  std::unordered_map<Address, Asked> asked_;
  std::vector<Address> to_ask_;
  bool pumping_later_ = false;
  // A turn's results are followed by new probes all together, which spares the processor's caches; and standard input may
  // have more later, and goodbyes of probes end without a result.
  net::Timer look_again_;
};

}  // namespace mxpulse::cli
