#include "http/routes.hpp"

#include <algorithm>
#include <map>

namespace mxpulse::http {
namespace {

constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kJson = "application/json";
constexpr std::string_view kGate = "/api/v1/gate/";
constexpr const char* kPrometheusText = "text/plain; version=0.0.4; charset=utf-8";

constexpr const char* kIndex =
    "mxpulse takes the pulse of destination mail servers.\n"
    "\n"
    "  /metrics     for Prometheus\n"
    "  /api/v1/gate/DOMAIN  may mail to it go: deliver, hold or trial\n"
    "  /api/v1/bounces      POST: bounce events as NDJSON, with the token\n"
    "  /-/healthy   200 while the process serves\n"
    "  /-/ready     200 while it watches\n"
    "  /-/reload    POST: reads the configuration again\n";

Response text(unsigned status, std::string body) { return {status, kText, std::move(body)}; }

// A page in somebody's browser must not reload our daemon.
bool comes_from_another_site(const Request& request) {
  const bool cross = !request.fetch_site.empty() && request.fetch_site != "same-origin" && request.fetch_site != "none";
  return cross || (request.fetch_site.empty() && !request.origin.empty());
}

Response metrics(const Request& request, const std::function<Result<std::string>(MetricsTier)>& ask) {
  const auto wanted = request.arguments.find("tier");
  const auto* tier = std::ranges::find_if(
      kMetricsTiers, [&](MetricsTier one) { return label(one) == (wanted == request.arguments.end() ? "all" : wanted->second); });
  if (tier == kMetricsTiers.end()) return text(400, "there is no such tier; ask for all, totals or destinations\n");
  const auto body = ask(*tier);
  return body ? Response{200, kPrometheusText, *body} : text(503, body.why() + "\n");
}

Response gate(const Request& request, const std::function<std::string(const DomainName&)>& ask) {
  const auto name = DomainName::parse(std::string_view(request.path).substr(kGate.size()));
  if (!name) return text(400, "that is not a domain name: " + name.why() + "; ask for " + std::string(kGate) + "example.org\n");
  return {200, kJson, ask(*name)};
}

// Who posts bounces decides what is held: never anybody without the token (RFC 6750, section 2.1).
std::optional<Response> without_token(const Request& request, const std::function<Result<bool>(std::string_view)>& may_post) {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view given = request.authorization;
  const auto allowed = may_post(given.starts_with(kBearer) ? given.substr(kBearer.size()) : "");
  if (allowed) return std::nullopt;
  Response refused = text(401, allowed.why() + "\n");
  refused.authenticate = "Bearer";
  return refused;
}

struct Route {
  std::string method;  // "GET" answers HEAD too
  std::function<Response(const Request&)> answer;
  std::function<std::optional<Response>(const Request&)> refuse = [](const Request&) { return std::nullopt; };
};

using Routes = std::map<std::string, Route>;

Routes::const_iterator find(const Routes& all, const Request& request) {
  return all.find(request.path.starts_with(kGate) ? std::string(kGate) : request.path);
}

std::optional<Response> refuse(const Routes& all, const Request& request) {
  const auto found = find(all, request);
  if (found == all.end()) return text(404, "there is nothing here; / lists what there is\n");
  const Route& route = found->second;
  if (request.method == route.method || (request.method == "HEAD" && route.method == "GET")) return route.refuse(request);
  Response refused = text(405, "this path takes " + route.method + "\n");
  refused.allow = route.method == "GET" ? "GET, HEAD" : route.method;
  return refused;
}

}  // namespace

Handler routes(const Sources& sources) {
  auto all = std::make_shared<Routes>();
  (*all)["/"] = {"GET", [](const Request&) { return text(200, kIndex); }};
  (*all)["/-/healthy"] = {"GET", [](const Request&) { return text(200, "mxpulse is healthy\n"); }};
  (*all)["/metrics"] = {"GET", [ask = sources.metrics](const Request& request) { return metrics(request, ask); }};
  (*all)["/-/ready"] = {"GET", [ready = sources.ready](const Request&) {
                          const auto is_ready = ready();
                          return is_ready ? text(200, "mxpulse is ready\n") : text(503, is_ready.why() + "\n");
                        }};
  (*all)["/-/reload"] = {"POST", [reload = sources.reload](const Request& request) {
                           if (comes_from_another_site(request))
                             return text(403, "a page of another site may not reload mxpulse\n");
                           const auto reloaded = reload();
                           return reloaded ? text(200, "reloaded\n") : text(500, reloaded.why() + "\n");
                         }};
  (*all)[std::string(kGate)] = {"GET", [ask = sources.gate](const Request& request) { return gate(request, ask); }};
  (*all)["/api/v1/bounces"] = {
      "POST",
      [take = sources.bounces](const Request& request) {
        Posted posted = take(request.body);
        return Response{posted.status, kJson, std::move(posted.json)};
      },
      [may_post = sources.may_post](const Request& request) { return without_token(request, may_post); }};
  return {[all](const Request& request) { return refuse(*all, request); },
          [all](const Request& request) { return find(*all, request)->second.answer(request); }};
}

}  // namespace mxpulse::http
