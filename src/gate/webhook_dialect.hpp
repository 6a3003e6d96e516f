// What a move of the gate is in a receiver's own words.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxpulse/hold.hpp"
#include "mxpulse/webhook.hpp"

namespace mxpulse::gate {

struct WebhookNotice {
  std::string id;  // the same when it is told again
  SystemTime time{};
  GateTransition transition;
  GateMode mode = GateMode::kObserve;
  std::string provider;  // of the destination's most preferred host; empty while unknown
};

// One request of those that a notice takes; they are made in their order.
struct WebhookStep {
  enum class Kind : std::uint8_t { kTell, kSuspend, kLift, kRebind };
  Kind kind = Kind::kTell;
  std::shared_ptr<const WebhookNotice> notice;
};

struct WebhookRequest {
  std::string method;
  std::string url;
  std::string body;  // JSON
};

class WebhookDialect {
 public:
  virtual ~WebhookDialect() = default;
  // None: the receiver need not know.
  virtual std::vector<WebhookStep> steps(std::shared_ptr<const WebhookNotice> notice) const = 0;
  // Nothing when the step has become needless by `now`.
  virtual std::optional<WebhookRequest> request(const WebhookStep& step, SystemTime now) const = 0;
  // The receiver took the step and answered this; hostile text.
  virtual void took(const WebhookStep& step, std::string_view answer) = 0;
};

std::unique_ptr<WebhookDialect> make_webhook_dialect(WebhookPreset preset, const std::string& url);

}  // namespace mxpulse::gate
