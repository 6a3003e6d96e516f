// Which path does what.
#pragma once

#include <functional>
#include <string>

#include "http/server.hpp"
#include "mxpulse/domain_name.hpp"
#include "mxpulse/metrics_tier.hpp"
#include "mxpulse/result.hpp"

namespace mxpulse::http {

struct Posted {
  unsigned status = 200;
  std::string json;
};

// Where answers come from. Called on the server's thread.
struct Sources {
  std::function<Result<std::string>(MetricsTier)> metrics;  // text format 0.0.4
  std::function<Result<bool>()> ready;
  std::function<Result<bool>()> reload;
  std::function<std::string(const DomainName&)> gate;  // a JSON object
  std::function<Result<bool>(std::string_view token)> may_post;
  std::function<Posted(std::string_view ndjson)> bounces;
};

Handler routes(const Sources& sources);

}  // namespace mxpulse::http
