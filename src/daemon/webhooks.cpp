#include "daemon/webhooks.hpp"

#include "daemon/secret.hpp"

namespace mxpulse::daemon {

Result<std::vector<gate::WebhookOptions>> webhook_options(const config::Config& config) {
  std::vector<gate::WebhookOptions> receivers;
  for (const config::GateWebhook& one : config.gate.webhooks) {
    gate::WebhookOptions options{one.url, one.preset, "", one.timeout, one.queue};
    if (!one.secret_file.empty()) {
      auto secret = read_secret(one.secret_file);
      if (!secret) return Result<std::vector<gate::WebhookOptions>>::failure("gate.webhook.secret_file: " + secret.why());
      options.secret = std::move(*secret);
    }
    receivers.push_back(std::move(options));
  }
  return receivers;
}

Webhooks::Webhooks(net::Loop& loop, const Clock& clock, Observer& told, ProviderOf provider_of)
    : loop_(loop),
      clock_(clock),
      told_(told),
      provider_of_(std::move(provider_of)),
      id_prefix_(
          std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(clock.now().system.time_since_epoch()).count()) +
          "-") {}

void Webhooks::configure(std::vector<gate::WebhookOptions> receivers) {
  if (!sender_ && receivers.empty()) return;
  if (!sender_) {
    sender_ = std::make_unique<gate::WebhookSender>(
        clock_, [this](const std::string& receiver, WebhookResult result, const std::string& why) {
          loop_.post([this, receiver, result, why] { told_.webhook_ended(receiver, result, why, clock_.now()); });
        });
  }
  sender_->configure(std::move(receivers));
}

void Webhooks::gate_moved(const GateTransition& transition, GateMode mode, Now now) {
  if (!sender_) return;
  sender_->tell(std::make_shared<const gate::WebhookNotice>(gate::WebhookNotice{
      id_prefix_ + std::to_string(++notices_), now.system, transition, mode, provider_of_(transition.destination)}));
}

}  // namespace mxpulse::daemon
