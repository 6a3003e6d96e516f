// Tells moves of the gate to HTTP receivers, by libcurl on a thread of its own: name lookups, certificates and slow receivers
// delay nothing on the loop.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gate/webhook_dialect.hpp"
#include "mxpulse/time.hpp"

namespace mxpulse::gate {

struct WebhookOptions {
  std::string url;
  WebhookPreset preset = WebhookPreset::kGeneric;
  std::string secret;  // signs each body; empty: it is not signed
  Duration timeout{};  // of one request, whole
  std::size_t queue = 0;

  bool operator==(const WebhookOptions&) const = default;
};

// Where a receiver is, without what may be secret in a URL: user, password, path, query.
std::string receiver_of(const std::string& url);

class WebhookSender {
 public:
  // Called on the sender's own thread, after each request and for each step that is dropped.
  using OnEnd = std::function<void(const std::string& receiver, WebhookResult result, const std::string& why)>;

  WebhookSender(const Clock& clock, OnEnd on_end);
  // What still waits is told within kFarewell, or not at all.
  ~WebhookSender();
  WebhookSender(const WebhookSender&) = delete;
  WebhookSender& operator=(const WebhookSender&) = delete;

  // These are the receivers from now on. One that was there before with the same options keeps what waits for it.
  void configure(std::vector<WebhookOptions> receivers);

  // Any thread; waits for nothing.
  void tell(std::shared_ptr<const WebhookNotice> notice);

  static constexpr Duration kFarewell = std::chrono::seconds(2);

 private:
  class Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace mxpulse::gate
