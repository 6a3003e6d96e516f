#include "http/routes.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "http/accept.hpp"
#include "mxpulse/address.hpp"

namespace mxpulse::http {
namespace {

constexpr const char* kHtml = "text/html; charset=utf-8";

Response text(unsigned status, std::string body) { return {status, kText, std::move(body)}; }

Response from(Result<std::string> body, const char* type) {
  return body ? Response{200, type, std::move(*body)} : text(503, body.why() + "\n");
}

// A page in somebody's browser must not reload our daemon.
bool comes_from_another_site(const Request& request) {
  const bool cross = !request.fetch_site.empty() && request.fetch_site != "same-origin" && request.fetch_site != "none";
  return cross || (request.fetch_site.empty() && !request.origin.empty());
}

std::string argument(const Request& request, const char* name) {
  const auto given = request.arguments.find(name);
  return given == request.arguments.end() ? "" : given->second;
}

constexpr double kPatience = 30;  // seconds, without a word from the client
constexpr double kPatienceMax = 100;
constexpr double kMargin = 0.5;  // before the scraper gives up, the answer must have come home

// What blackbox_exporter does with the same header.
Duration patience(const Request& request) {
  double seconds = kPatience;
  const std::string& header = request.scrape_timeout;
  double given = 0;
  if (std::from_chars(header.data(), header.data() + header.size(), given).ec == std::errc() && given > 0)
    seconds = std::max(given - kMargin, given / 2);
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(std::min(seconds, kPatienceMax)));
}

// A page in somebody's browser must not make us ask the world; nor may anybody name an address, a port or a path.
std::shared_ptr<LaterResponse> probe(const Request& request, const decltype(Sources::probe)& ask) {
  auto later = std::make_shared<LaterResponse>();
  const auto name = DomainName::parse(argument(request, "target"));
  if (comes_from_another_site(request)) {
    later->give(text(403, "a page of another site may not have mxpulse ask anybody\n"));
  } else if (!name || Address::parse(name->text())) {
    later->give(text(400, "give a recipient domain: /probe?target=example.org\n"));
  } else {
    ask(*name, patience(request), later);
  }
  return later;
}

struct Route {
  std::string path;    // one that ends in "/" and is longer than that takes every path below it
  std::string method;  // "GET" answers HEAD too
  std::function<Response(const Request&)> answer;
  std::function<std::optional<Response>(const Request&)> refuse = [](const Request&) { return std::nullopt; };
  std::function<std::shared_ptr<LaterResponse>(const Request&)> answer_later = [](const Request&) { return nullptr; };

  bool takes_names() const { return path.size() > 1 && path.ends_with("/"); }
};

// The domain name that a path below `prefix` ends in.
Result<DomainName> name_in(const Request& request, std::string_view prefix) {
  auto name = DomainName::parse(std::string_view(request.path).substr(prefix.size()));
  if (name) return name;
  return Result<DomainName>::failure("that is not a domain name: " + name.why() + "; ask for " + std::string(prefix) +
                                     "example.org\n");
}

using AskOne = std::function<Result<std::optional<std::string>>(const DomainName&)>;

Route one_destination(const char* prefix, const char* type, const AskOne& ask) {
  return {prefix, "GET", [prefix, type, ask](const Request& request) {
            const auto name = name_in(request, prefix);
            if (!name) return text(400, name.why());
            const auto body = ask(*name);
            if (!body) return text(503, body.why() + "\n");
            if (!*body)
              return text(404, name->text() + " is not watched: it did not bounce, and watch.destinations does not name it\n");
            return Response{200, type, **body};
          }};
}

Response metrics(const Request& request, const decltype(Sources::metrics)& ask) {
  const std::string wanted = argument(request, "tier");
  const auto* tier =
      std::ranges::find_if(kMetricsTiers, [&](MetricsTier one) { return label(one) == (wanted.empty() ? "all" : wanted); });
  if (tier == kMetricsTiers.end()) return text(400, "there is no such tier; ask for all, totals or destinations\n");
  const bool open = prefers_open_metrics(request.accept);
  return from(ask(*tier, open ? MetricsFormat::kOpenMetrics : MetricsFormat::kText), open ? kOpenMetricsText : kPrometheusText);
}

// A whole number from the query; `usual` without it, nothing when it is none.
std::optional<std::size_t> number(const Request& request, const char* name, std::size_t usual) {
  const auto given = request.arguments.find(name);
  if (given == request.arguments.end()) return usual;
  const std::string& digits = given->second;
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

Response destinations(const Request& request, const decltype(Sources::destinations)& ask) {
  const auto offset = number(request, "offset", 0);
  const auto limit = number(request, "limit", kListUsual);
  if (!offset || !limit || *limit == 0) return text(400, "offset and limit are whole numbers, limit from 1 to 1000\n");
  return from(ask(*offset, std::min(*limit, kListMax)), kJson);
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

Response reload(const Request& request, const std::function<Result<bool>()>& ask) {
  if (comes_from_another_site(request)) return text(403, "a page of another site may not reload mxpulse\n");
  const auto reloaded = ask();
  return reloaded ? text(200, "reloaded\n") : text(500, reloaded.why() + "\n");
}

using Routes = std::vector<Route>;

Routes all_routes(const Sources& sources) {
  constexpr const char* kGate = "/api/v1/gate/";
  Routes all{
      {"/", "GET", [ask = sources.page](const Request&) { return from(ask(), kHtml); }},
      one_destination("/destinations/", kHtml, sources.destination_page),
      {"/metrics", "GET", [ask = sources.metrics](const Request& request) { return metrics(request, ask); }},
      {"/api/v1/destinations", "GET",
       [ask = sources.destinations](const Request& request) { return destinations(request, ask); }},
      one_destination("/api/v1/destinations/", kJson, sources.destination),
      {kGate, "GET",
       [ask = sources.gate](const Request& request) {
         const auto name = name_in(request, kGate);
         return name ? Response{200, kJson, ask(*name)} : text(400, name.why());
       }},
      {"/api/v1/bounces", "POST", nullptr,
       [may_post = sources.may_post](const Request& request) { return without_token(request, may_post); },
       [take = sources.bounces](const Request& request) {
         auto later = std::make_shared<LaterResponse>();
         take(request.body, later);
         return later;
       }},
      {"/sd/mx", "GET", [ask = sources.mx_targets](const Request&) { return from(ask(), kJson); }},
      {"/-/healthy", "GET", [](const Request&) { return text(200, "mxpulse is healthy\n"); }},
      {"/-/ready", "GET",
       [ask = sources.ready](const Request&) {
         const auto is_ready = ask();
         return is_ready ? text(200, "mxpulse is ready\n") : text(503, is_ready.why() + "\n");
       }},
      {"/-/reload", "POST", [ask = sources.reload](const Request& request) { return reload(request, ask); }},
  };
  Route probe_route{"/probe", "GET", nullptr};
  probe_route.answer_later = [ask = sources.probe](const Request& request) { return probe(request, ask); };
  all.push_back(std::move(probe_route));
  for (const auto& [path, file] : sources.files)
    all.push_back({path, "GET", [served = file](const Request&) { return Response{200, served.type, served.body}; }});
  return all;
}

Routes::const_iterator find(const Routes& all, const Request& request) {
  return std::ranges::find_if(all, [&](const Route& route) {
    return route.path == request.path || (route.takes_names() && request.path.starts_with(route.path));
  });
}

std::optional<Response> refuse(const Routes& all, const Request& request) {
  const auto route = find(all, request);
  if (route == all.end()) return text(404, "there is nothing here; the README lists what there is\n");
  if (request.method == route->method || (request.method == "HEAD" && route->method == "GET")) return route->refuse(request);
  Response refused = text(405, "this path takes " + route->method + "\n");
  refused.allow = route->method == "GET" ? "GET, HEAD" : route->method;
  return refused;
}

}  // namespace

Handler routes(const Sources& sources) {
  const auto all = std::make_shared<const Routes>(all_routes(sources));
  return {[all](const Request& request) { return refuse(*all, request); },
          [all](const Request& request) { return find(*all, request)->answer(request); },
          [all](const Request& request) { return find(*all, request)->answer_later(request); }};
}

}  // namespace mxpulse::http
