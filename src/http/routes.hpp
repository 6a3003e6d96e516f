// Which path does what.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "http/server.hpp"
#include "mxpulse/domain_name.hpp"
#include "mxpulse/metrics_format.hpp"
#include "mxpulse/metrics_tier.hpp"
#include "mxpulse/result.hpp"
#include "mxpulse/time.hpp"

namespace mxpulse::http {

struct File {
  std::string type;
  std::string body;
};

inline constexpr std::size_t kListMax = 1000;  // entries of one answer
inline constexpr std::size_t kListUsual = 100;

// Where answers come from. Called on the server's thread.
struct Sources {
  std::function<Result<std::string>(MetricsTier, MetricsFormat)> metrics;
  std::function<Result<bool>()> ready;
  std::function<Result<bool>()> reload;
  std::function<std::string(const DomainName&)> gate;  // a JSON object
  std::function<Result<bool>(std::string_view token)> may_post;
  // Answers once they are written down.
  std::function<void(std::string_view ndjson, std::shared_ptr<LaterResponse>)> bounces;
  std::function<Result<std::string>(std::size_t offset, std::size_t limit)> destinations;  // JSON
  // One destination as JSON and as a page; nothing when it is not watched.
  std::function<Result<std::optional<std::string>>(const DomainName&)> destination;
  std::function<Result<std::optional<std::string>>(const DomainName&)> destination_page;
  std::function<Result<std::string>()> mx_targets;  // JSON
  // Asks a destination now; gives text format 0.0.4 within `patience`, or why not.
  std::function<void(const DomainName&, Duration patience, std::shared_ptr<LaterResponse>)> probe;
  std::function<Result<std::string>()> page;
  std::map<std::string, File> files;  // by path
};

Handler routes(const Sources& sources);

}  // namespace mxpulse::http
