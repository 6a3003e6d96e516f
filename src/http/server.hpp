// The HTTP server: libmicrohttpd on a thread of its own, with every limit set.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "http/later.hpp"
#include "mxpulse/endpoint.hpp"

struct MHD_Daemon;

namespace mxpulse::http {

struct Request {
  std::string method;
  std::string path;                              // without the query
  std::map<std::string, std::string> arguments;  // of the query, decoded; of a name given twice the first
  std::string fetch_site;                        // Sec-Fetch-Site, which browsers send; empty without it
  std::string origin;                            // Origin; empty without it
  std::string authorization;
  std::string accept;
  std::string accept_encoding;
  std::string scrape_timeout;  // X-Prometheus-Scrape-Timeout-Seconds
  std::string body;            // at most Limits::body_bytes
};

inline constexpr const char* kText = "text/plain; charset=utf-8";
inline constexpr const char* kJson = "application/json";
inline constexpr const char* kPrometheusText = "text/plain; version=0.0.4; charset=utf-8";
inline constexpr const char* kOpenMetricsText = "application/openmetrics-text; version=1.0.0; charset=utf-8";

struct Response {
  unsigned status = 200;
  std::string content_type = kText;
  std::string body;
  std::string allow = {};         // the Allow header of a 405
  std::string authenticate = {};  // the WWW-Authenticate header of a 401
  std::string encoding = {};      // Content-Encoding of the body; the server chooses it
};

using LaterResponse = Later<Response>;

// Called on the server's thread, one request at a time.
struct Handler {
  // Asked when the header is here and the body is not: who is refused sends none. Nothing: go on.
  std::function<std::optional<Response>(const Request&)> refuse;
  std::function<Response(const Request&)> answer;
  // Asked first: null, or who will give the answer. Others are served meanwhile.
  std::function<std::shared_ptr<LaterResponse>(const Request&)> answer_later = [](const Request&) { return nullptr; };
};

// Where there are too many, of one address or in all, whoever dawdles longest makes room (Guests).
struct Limits {
  unsigned connections = 128;  // half of the descriptors that probes leave
  unsigned connections_per_address = 32;
  std::size_t header_bytes = 16'384;  // memory of a connection; a larger header is answered 431 or closed
  std::size_t body_bytes = 1u << 20;  // a larger body is answered 413 before it is read; one in chunks is cut
  std::chrono::seconds timeout{10};   // of an idle connection
};

class Server {
 public:
  // Serves from now on; port 0 lets the system choose. Throws std::runtime_error when it cannot listen.
  Server(const Endpoint& listen, const Limits& limits, Handler handler);
  ~Server();  // waits for the request being handled, answers 503 to those that wait, then closes every connection
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;

 private:
  struct Serving;
  std::unique_ptr<Serving> serving_;
};

}  // namespace mxpulse::http
