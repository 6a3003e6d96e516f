// Whom a move of the gate is told over HTTP, and how a telling ends. The words of webhooks, in closed sets.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace mxpulse {

enum class WebhookPreset : std::uint8_t {
  kGeneric,  // one signed JSON object a move
  kKumomta,  // KumoMTA's admin API: suspend, lift the suspension, rebind
};

enum class WebhookResult : std::uint8_t {
  kSent,     // 2xx
  kRetried,  // no answer, or one that may be another later: it is told again
  kFailed,   // given up
  kDropped,  // pushed out of a full queue by newer ones
};

inline constexpr std::array kWebhookResults{WebhookResult::kSent, WebhookResult::kRetried, WebhookResult::kFailed,
                                            WebhookResult::kDropped};

constexpr std::string_view label(WebhookResult result) {
  switch (result) {
    case WebhookResult::kSent: return "sent";
    case WebhookResult::kRetried: return "retried";
    case WebhookResult::kFailed: return "failed";
    case WebhookResult::kDropped: return "dropped";
  }
  return "failed";
}

}  // namespace mxpulse
