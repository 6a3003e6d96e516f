#include "gate/webhook_dialect.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

namespace mxpulse::gate {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kSuspensionsMax = 100'000;
constexpr std::size_t kIdMax = 256;

std::string dump(const ordered_json& object) { return object.dump(-1, ' ', true, ordered_json::error_handler_t::replace); }

class Generic final : public WebhookDialect {
 public:
  explicit Generic(std::string url) : url_(std::move(url)) {}

  std::vector<WebhookStep> steps(std::shared_ptr<const WebhookNotice> notice) const override {
    return {{WebhookStep::Kind::kTell, std::move(notice)}};
  }

  std::optional<WebhookRequest> request(const WebhookStep& step, SystemTime) const override {
    const auto& [id, time, transition, mode, provider] = *step.notice;
    ordered_json body{{"schema_version", 1},
                      {"id", id},
                      {"time", rfc3339(time)},
                      {"destination", transition.destination.text()},
                      {"provider", provider.empty() ? ordered_json() : ordered_json(provider)},
                      {"move", label(transition.to)},
                      {"mode", label(mode)},
                      {"until", transition.until ? ordered_json(rfc3339(*transition.until)) : ordered_json()},
                      {"why", transition.why}};
    return WebhookRequest{"POST", url_, dump(body)};
  }

  void took(const WebhookStep&, std::string_view) override {}

 private:
  std::string url_;
};

// From KumoMTA's documentation of its admin API; not run against it. A suspension is a lease there too, one a domain: the next
// takes its place. It lets nothing through, so a trial lifts it, and the hold that follows a trial in vain suspends again.
class Kumomta final : public WebhookDialect {
 public:
  explicit Kumomta(std::string url) : url_(std::move(url)) {
    while (url_.ends_with('/')) url_.pop_back();
  }

  std::vector<WebhookStep> steps(std::shared_ptr<const WebhookNotice> notice) const override {
    if (notice->mode == GateMode::kObserve) return {};
    if (notice->transition.to == GateMove::kHeld) return {{WebhookStep::Kind::kSuspend, std::move(notice)}};
    return {{WebhookStep::Kind::kLift, notice}, {WebhookStep::Kind::kRebind, notice}};
  }

  std::optional<WebhookRequest> request(const WebhookStep& step, SystemTime now) const override {
    const auto& transition = step.notice->transition;
    const auto& domain = transition.destination.text();
    const std::string reason = "mxpulse: " + transition.why;
    switch (step.kind) {
      case WebhookStep::Kind::kSuspend: {
        const auto left = std::chrono::duration_cast<std::chrono::seconds>(transition.until.value_or(now) - now);
        if (left.count() <= 0) return std::nullopt;  // told so late that the lease is over
        const ordered_json body{{"domain", domain}, {"reason", reason}, {"duration", std::to_string(left.count()) + "s"}};
        return WebhookRequest{"POST", url_ + "/api/admin/suspend/v1", dump(body)};
      }
      case WebhookStep::Kind::kLift: {
        const auto found = suspensions_.find(transition.destination);
        if (found == suspensions_.end()) return std::nullopt;
        return WebhookRequest{"DELETE", url_ + "/api/admin/suspend/v1", dump(ordered_json{{"id", found->second}})};
      }
      default: {
        const ordered_json body{{"domain", domain}, {"reason", reason}, {"data", ordered_json::object()}, {"always_flush", true}};
        return WebhookRequest{"POST", url_ + "/api/admin/rebind/v1", dump(body)};
      }
    }
  }

  void took(const WebhookStep& step, std::string_view answer) override {
    const auto& name = step.notice->transition.destination;
    if (step.kind == WebhookStep::Kind::kLift) suspensions_.erase(name);
    if (step.kind != WebhookStep::Kind::kSuspend) return;
    const auto object = nlohmann::json::parse(answer, nullptr, false);
    const auto id = object.is_object() ? object.find("id") : object.end();
    if (!object.is_object() || id == object.end() || !id->is_string()) return;
    if (suspensions_.size() >= kSuspensionsMax) suspensions_.erase(suspensions_.begin());
    suspensions_[name] = id->get_ref<const std::string&>().substr(0, kIdMax);
  }

 private:
  std::string url_;
  std::map<DomainName, std::string> suspensions_;  // ids, by which alone they can be lifted
};

}  // namespace

std::unique_ptr<WebhookDialect> make_webhook_dialect(WebhookPreset preset, const std::string& url) {
  if (preset == WebhookPreset::kKumomta) return std::make_unique<Kumomta>(url);
  return std::make_unique<Generic>(url);
}

}  // namespace mxpulse::gate
