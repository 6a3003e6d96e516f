// Tells the configured receivers what the gate does, and the observers how that went.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "gate/webhook_sender.hpp"
#include "mxpulse/observer.hpp"
#include "net/loop.hpp"

namespace mxpulse::daemon {

// The receivers with their secrets read. Its failure names the file and the mend.
Result<std::vector<gate::WebhookOptions>> webhook_options(const config::Config& config);

class Webhooks final : public Observer {
 public:
  using ProviderOf = std::function<std::string(const DomainName&)>;

  // `told` hears on the loop's thread.
  Webhooks(net::Loop& loop, const Clock& clock, Observer& told, ProviderOf provider_of);

  void configure(std::vector<gate::WebhookOptions> receivers);
  void gate_moved(const GateTransition& transition, GateMode mode, Now now) override;

 private:
  net::Loop& loop_;
  const Clock& clock_;
  Observer& told_;
  ProviderOf provider_of_;
  std::string id_prefix_;
  std::uint64_t notices_ = 0;
  std::unique_ptr<gate::WebhookSender> sender_;  // from the first receiver on
};

}  // namespace mxpulse::daemon
