#include "http/server.hpp"

#include <sys/socket.h>
#include <zlib.h>

#include <array>
#include <atomic>
#include <stdexcept>
#include <vector>

#include "http/routes.hpp"
#include "net/descriptor.hpp"
#include "net/socket_address.hpp"
#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::http;
using namespace std::chrono_literals;

namespace {

const Address kLoopback = *Address::parse("127.0.0.1");

Sources good_sources() {
  using Found = Result<std::optional<std::string>>;
  Sources sources;
  sources.metrics = [](MetricsTier, MetricsFormat) { return Result<std::string>("mxpulse_x 1\n"); };
  sources.ready = [] { return Result<bool>(true); };
  sources.reload = [] { return Result<bool>::failure("mxpulse.toml:1: wrong"); };
  sources.gate = [](const DomainName& name) { return "{" + name.text() + "}"; };
  sources.may_post = [](std::string_view token) { return token == "sesame" ? Result<bool>(true) : Result<bool>::failure("no"); };
  sources.bounces = [](std::string_view body, const std::shared_ptr<LaterResponse>& later) {
    later->give({200, kJson, "{" + std::string(body) + "}"});
  };
  sources.destinations = [](std::size_t offset, std::size_t limit) {
    return Result<std::string>(std::to_string(offset) + "+" + std::to_string(limit));
  };
  sources.destination = [](const DomainName& name) {
    return name.text() == "known.example" ? Found("{" + name.text() + "}") : Found(std::nullopt);
  };
  sources.destination_page = sources.destination;
  sources.mx_targets = [] { return Result<std::string>("[]"); };
  sources.page = [] { return Result<std::string>("<!DOCTYPE html>"); };
  sources.files = {{"/status.css", {"text/css", "body {}"}}};
  return sources;
}

net::Descriptor connected(const Server& server, const Address& address = kLoopback, const Address& from = kLoopback) {
  net::Descriptor client(socket(address.family == Family::kIPv4 ? AF_INET : AF_INET6, SOCK_STREAM, 0));
  const auto own = net::socket_address(from, 0);
  if (from != kLoopback) REQUIRE(bind(client.get(), own.get(), own.length) == 0);
  const auto at = net::socket_address(address, server.port());
  REQUIRE(connect(client.get(), at.get(), at.length) == 0);
  const timeval patience{10, 0};
  setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return client;
}

std::string until_close(int fd) {
  std::string heard;
  std::array<char, 4096> buffer;
  for (ssize_t count = 0; (count = recv(fd, buffer.data(), buffer.size(), 0)) > 0;)
    heard.append(buffer.data(), static_cast<std::size_t>(count));
  return heard;
}

void say(int fd, const std::string& text) { [[maybe_unused]] const auto sent = send(fd, text.data(), text.size(), MSG_NOSIGNAL); }

std::string ask(const Server& server, const std::string& line, const std::string& headers = "", const std::string& body = "",
                const Address& address = kLoopback, const Address& from = kLoopback) {
  const auto client = connected(server, address, from);
  say(client.get(), line + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + "\r\n" + body);
  return until_close(client.get());
}

std::string unzipped(const std::string& small) {
  std::string body(1u << 20, '\0');
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(small.data()));
  stream.avail_in = static_cast<uInt>(small.size());
  stream.next_out = reinterpret_cast<Bytef*>(body.data());
  stream.avail_out = static_cast<uInt>(body.size());
  CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  body.resize(stream.total_out);
  inflateEnd(&stream);
  return body;
}

}  // namespace

TEST_CASE("each path answers, HEAD without a body, and others are refused") {
  const Server server({kLoopback, 0}, Limits{}, routes(good_sources()));
  CHECK(ask(server, "GET /metrics").find("200 OK") != std::string::npos);
  CHECK(ask(server, "GET /metrics").find("text/plain; version=0.0.4; charset=utf-8") != std::string::npos);
  CHECK(ask(server, "GET /metrics").ends_with("mxpulse_x 1\n"));
  CHECK(ask(server, "HEAD /metrics").ends_with("\r\n\r\n"));
  CHECK(ask(server, "GET /-/healthy").find("200 OK") != std::string::npos);
  CHECK(ask(server, "GET /nothing").find(" 404 ") != std::string::npos);
  const auto refused = ask(server, "POST /metrics");
  CHECK(refused.find(" 405 ") != std::string::npos);
  CHECK(refused.find("Allow: GET, HEAD") != std::string::npos);
}

TEST_CASE("a list of destinations comes in pieces of a size that the reader chooses, within limits") {
  const Server server({kLoopback, 0}, Limits{}, routes(good_sources()));
  CHECK(ask(server, "GET /api/v1/destinations").ends_with("\r\n\r\n0+100"));
  CHECK(ask(server, "GET /api/v1/destinations?offset=200&limit=50").ends_with("\r\n\r\n200+50"));
  CHECK(ask(server, "GET /api/v1/destinations?limit=1000000").ends_with("\r\n\r\n0+1000"));
  for (const std::string wrong : {"limit=0", "limit=x", "offset=-1", "offset=99999999999999999999999"}) {
    CAPTURE(wrong);
    CHECK(ask(server, "GET /api/v1/destinations?" + wrong).find(" 400 ") != std::string::npos);
  }
}

TEST_CASE("one destination is found by its name, in any script, and others are not") {
  const Server server({kLoopback, 0}, Limits{}, routes(good_sources()));
  for (const std::string path : {"/destinations/", "/api/v1/destinations/"}) {
    CAPTURE(path);
    CHECK(ask(server, "GET " + path + "KNOWN.example.").ends_with("\r\n\r\n{known.example}"));
    CHECK(ask(server, "GET " + path + "other.example").find(" 404 ") != std::string::npos);
    for (const std::string wrong : {"", "..", "a/b", "%00", "<script>"}) {
      CAPTURE(wrong);
      CHECK(ask(server, "GET " + path + wrong).find(" 400 ") != std::string::npos);
    }
  }
}

TEST_CASE("a page may load nothing from elsewhere and run nothing inline") {
  const Server server({kLoopback, 0}, Limits{}, routes(good_sources()));
  const auto page = ask(server, "GET /");
  CHECK(page.find("Content-Type: text/html; charset=utf-8") != std::string::npos);
  CHECK(page.find("Content-Security-Policy: default-src 'none'; style-src 'self'; script-src 'self';") != std::string::npos);
  CHECK(page.find("unsafe") == std::string::npos);
  CHECK(ask(server, "GET /status.css").find("Content-Type: text/css") != std::string::npos);
}

TEST_CASE("a scraper chooses how much it wants") {
  Sources sources = good_sources();
  sources.metrics = [](MetricsTier tier, MetricsFormat) { return Result<std::string>(std::string(label(tier)) + "\n"); };
  const Server server({kLoopback, 0}, Limits{}, routes(sources));
  CHECK(ask(server, "GET /metrics").ends_with("\r\n\r\nall\n"));
  CHECK(ask(server, "GET /metrics?tier=totals").ends_with("\r\n\r\ntotals\n"));
  CHECK(ask(server, "GET /metrics?x&tier=destinations").ends_with("\r\n\r\ndestinations\n"));
  CHECK(ask(server, "GET /metrics?tier=everything").find(" 400 ") != std::string::npos);
}

TEST_CASE("who asks for OpenMetrics gets it, and who likes the text format better gets that") {
  Sources sources = good_sources();
  sources.metrics = [](MetricsTier, MetricsFormat format) {
    return Result<std::string>(format == MetricsFormat::kOpenMetrics ? "open\n" : "text\n");
  };
  const Server server({kLoopback, 0}, Limits{}, routes(sources));
  const std::string prometheus =  // 2.42
      "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/"
      "plain;version=0.0.4;q=0.5,*/*;q=0.1";
  for (const std::string& accept : {prometheus, std::string("application/openmetrics-text"),
                                    std::string("text/plain; q=0.3, application/openmetrics-text; version=1.0.0; q=0.4")}) {
    CAPTURE(accept);
    const auto answer = ask(server, "GET /metrics", "Accept: " + accept + "\r\n");
    CHECK(answer.ends_with("\r\n\r\nopen\n"));
    CHECK(answer.find("Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n") != std::string::npos);
    CHECK(answer.find("Vary: Accept, Accept-Encoding\r\n") != std::string::npos);
  }
  for (const char* accept :
       {"*/*", "text/html", "application/openmetrics-text;version=0.0.1", "application/openmetrics-text;q=0",
        "application/openmetrics-text;q=0.5,text/plain", "application/openmetrics-text;q=x", ";,;=,,q=", ""}) {
    CAPTURE(accept);
    const auto answer = ask(server, "GET /metrics", "Accept: " + std::string(accept) + "\r\n");
    CHECK(answer.ends_with("\r\n\r\ntext\n"));
    CHECK(answer.find("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n") != std::string::npos);
  }
}

TEST_CASE("a large body is small for who can read gzip, and whole for who cannot") {
  const std::string page(50'000, 'x');
  Sources sources = good_sources();
  sources.metrics = [&](MetricsTier, MetricsFormat) { return Result<std::string>(page); };
  const Server server({kLoopback, 0}, Limits{}, routes(sources));
  const auto small = ask(server, "GET /metrics", "Accept-Encoding: br, gzip;q=0.5\r\n");
  CHECK(small.find("Content-Encoding: gzip") != std::string::npos);
  CHECK(unzipped(small.substr(small.find("\r\n\r\n") + 4)) == page);
  CHECK(ask(server, "HEAD /metrics", "Accept-Encoding: gzip\r\n").ends_with("\r\n\r\n"));
  for (const std::string header :
       {"", "Accept-Encoding: br\r\n", "Accept-Encoding: gzip;q=0\r\n", "Accept-Encoding: xgzip\r\n"}) {
    CAPTURE(header);
    CHECK(ask(server, "GET /metrics", header).ends_with("\r\n\r\n" + page));
  }
}

TEST_CASE("a reload that fails says why, and a page of another site may not ask for one") {
  const Server server({kLoopback, 0}, Limits{}, routes(good_sources()));
  CHECK(ask(server, "POST /-/reload").find("mxpulse.toml:1: wrong") != std::string::npos);
  CHECK(ask(server, "POST /-/reload").find(" 500 ") != std::string::npos);
  CHECK(ask(server, "POST /-/reload", "Origin: http://evil.example\r\n").find(" 403 ") != std::string::npos);
  CHECK(ask(server, "POST /-/reload", "Sec-Fetch-Site: cross-site\r\n").find(" 403 ") != std::string::npos);
  CHECK(ask(server, "GET /-/reload").find(" 405 ") != std::string::npos);
}

TEST_CASE("bounces are taken with the token only, and the body is whole") {
  const Server server({kLoopback, 0}, Limits{}, routes(good_sources()));
  const std::string body(300'000, 'x');
  const std::string length = "Content-Length: 300000\r\n";
  const auto taken = ask(server, "POST /api/v1/bounces", "Authorization: Bearer sesame\r\n" + length, body);
  CHECK(taken.find(" 200 ") != std::string::npos);
  CHECK(taken.ends_with("\r\n\r\n{" + body + "}"));
  for (const std::string wrong :
       {"", "Authorization: Bearer simsalabim\r\n", "Authorization: sesame\r\n", "Authorization: Basic sesame\r\n"}) {
    CAPTURE(wrong);
    const auto refused = ask(server, "POST /api/v1/bounces", wrong + length);  // before the body comes
    CHECK(refused.find(" 401 ") != std::string::npos);
    CHECK(refused.find("WWW-Authenticate: Bearer") != std::string::npos);
  }
  CHECK(ask(server, "GET /api/v1/bounces").find(" 405 ") != std::string::npos);
}

TEST_CASE("a source that fails is a 503 with its reason") {
  Sources sources = good_sources();
  sources.metrics = [](MetricsTier, MetricsFormat) { return Result<std::string>::failure("too busy"); };
  sources.ready = [] { return Result<bool>::failure("starting"); };
  const Server server({kLoopback, 0}, Limits{}, routes(sources));
  CHECK(ask(server, "GET /metrics").find(" 503 ") != std::string::npos);
  CHECK(ask(server, "GET /-/ready").ends_with("starting\n"));
}

TEST_CASE("a header and a body beyond their limits are refused") {
  Limits limits;
  limits.body_bytes = 65'536;
  const Server server({kLoopback, 0}, limits, routes(good_sources()));
  const auto large_header = ask(server, "GET /metrics", "X: " + std::string(100'000, 'x') + "\r\n");
  CHECK(large_header.find("200 OK") == std::string::npos);
  const std::string body(70'000, 'x');
  CHECK(ask(server, "POST /-/reload", "Content-Length: 70000\r\n", body).find(" 413 ") != std::string::npos);
  CHECK(ask(server, "POST /-/reload", "Content-Length: 70000\r\n").find(" 413 ") != std::string::npos);  // before it comes
  const std::string chunk = "8000\r\n" + std::string(0x8000, 'x') + "\r\n";
  const auto chunked = ask(server, "POST /-/reload", "Transfer-Encoding: chunked\r\n", chunk + chunk + chunk + "0\r\n\r\n");
  CHECK(chunked.find("reloaded") == std::string::npos);
  CHECK(chunked.find(" 500 ") == std::string::npos);
}

TEST_CASE("idle connections end") {
  Limits limits;
  limits.timeout = 1s;
  const Server server({kLoopback, 0}, limits, routes(good_sources()));
  const auto idle = connected(server);
  CHECK(until_close(idle.get()).empty());
}

TEST_CASE("whoever dawdles longest makes room, first one of the same address") {
  Limits limits;
  limits.connections = 12;  // room for nine
  limits.connections_per_address = 3;
  const Server server({kLoopback, 0}, limits, routes(good_sources()));
  std::vector<net::Descriptor> clients;
  const auto dawdle = [&](const std::string& address) {
    clients.push_back(connected(server, kLoopback, *Address::parse(address)));
    say(clients.back().get(), "GET /metr");
  };
  dawdle("127.0.0.2");
  for (int i = 0; i < 4; ++i) dawdle("127.0.0.3");
  CHECK(until_close(clients[1].get()).empty());  // the first of its address
  for (int i = 0; i < 8; ++i) dawdle("127.0.1." + std::to_string(i));
  CHECK(until_close(clients[0].get()).empty());  // the first of all
  say(clients.back().get(), "ics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(until_close(clients.back().get()).ends_with("mxpulse_x 1\n"));
}

TEST_CASE("whoever waits for us is sent away by nobody") {
  std::vector<std::shared_ptr<LaterResponse>> asked;
  std::atomic<bool> is_asked = false;
  Sources sources = good_sources();
  sources.probe = [&](const DomainName&, Duration, std::shared_ptr<LaterResponse> later) {
    asked.push_back(std::move(later));
    is_asked = true;
  };
  Limits limits;
  limits.connections_per_address = 2;
  const Server server({kLoopback, 0}, limits, routes(sources));
  const auto waiting = connected(server);
  say(waiting.get(), "GET /probe?target=a.example HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  while (!is_asked) ask(server, "GET /-/healthy");
  const auto dawdling = connected(server);
  CHECK(ask(server, "GET /-/healthy").find("200 OK") != std::string::npos);
  CHECK(until_close(dawdling.get()).empty());
  asked[0]->give({200, kText, "at last"});
  CHECK(until_close(waiting.get()).ends_with("\r\n\r\nat last"));
}

TEST_CASE("who waits for a late answer keeps nobody else waiting") {
  std::vector<std::shared_ptr<LaterResponse>> asked;
  std::atomic<int> count = 0;
  std::vector<Duration> patience;
  Sources sources = good_sources();
  sources.probe = [&](const DomainName&, Duration limit, std::shared_ptr<LaterResponse> later) {
    patience.push_back(limit);
    asked.push_back(std::move(later));
    ++count;
  };
  const Server server({kLoopback, 0}, Limits{}, routes(sources));
  const auto first = connected(server);
  say(first.get(),
      "GET /probe?target=a.example HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Prometheus-Scrape-Timeout-Seconds: 10\r\n\r\n");
  const auto second = connected(server);
  say(second.get(), "GET /probe?target=b.example HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  while (count < 2) CHECK(ask(server, "GET /-/healthy").find("200 OK") != std::string::npos);
  CHECK(patience == std::vector<Duration>{9500ms, 30s});
  asked[1]->give({200, kText, "second"});
  asked[0]->give({200, kText, "first"});
  CHECK(until_close(first.get()).ends_with("\r\n\r\nfirst"));
  CHECK(until_close(second.get()).ends_with("\r\n\r\nsecond"));
}

TEST_CASE("nobody is asked for an address, for nonsense, or for a page of another site") {
  Sources sources = good_sources();
  sources.probe = [&](const DomainName&, Duration, std::shared_ptr<LaterResponse> later) { later->give({200, kText, "asked"}); };
  const Server server({kLoopback, 0}, Limits{}, routes(sources));
  CHECK(ask(server, "GET /probe?target=a.example").ends_with("asked"));
  for (const std::string wrong : {"", "?target=", "?target=192.0.2.1", "?target=a.example:25", "?target=http://a.example/"}) {
    CAPTURE(wrong);
    CHECK(ask(server, "GET /probe" + wrong).find(" 400 ") != std::string::npos);
  }
  CHECK(ask(server, "GET /probe?target=a.example", "Sec-Fetch-Site: cross-site\r\n").find(" 403 ") != std::string::npos);
}

TEST_CASE("a server stops while somebody waits for a late answer, and who gives it later harms nobody") {
  std::shared_ptr<LaterResponse> asked;
  net::Descriptor client;
  {
    Sources sources = good_sources();
    std::atomic<bool> is_asked = false;
    sources.probe = [&](const DomainName&, Duration, std::shared_ptr<LaterResponse> later) {
      asked = std::move(later);
      is_asked = true;
    };
    const Server server({kLoopback, 0}, Limits{}, routes(sources));
    client = connected(server);
    say(client.get(), "GET /probe?target=a.example HTTP/1.1\r\nHost: x\r\n\r\n");
    while (!is_asked) ask(server, "GET /-/healthy");
  }
  CHECK(until_close(client.get()).find("200 OK") == std::string::npos);
  asked->give({200, kText, "too late"});
}

TEST_CASE("a server stops while clients hang") {
  std::vector<net::Descriptor> clients;
  {
    const Server server({kLoopback, 0}, Limits{}, routes(good_sources()));
    for (int i = 0; i < 8; ++i) {
      clients.push_back(connected(server));
      say(clients.back().get(), "GET /metr");
    }
  }
  for (const auto& client : clients) CHECK(until_close(client.get()).find("200") == std::string::npos);
}

TEST_CASE("an address in use is an error that says so") {
  const Server server({kLoopback, 0}, Limits{}, routes(good_sources()));
  CHECK_THROWS_AS(Server({kLoopback, server.port()}, Limits{}, routes(good_sources())), std::runtime_error);
}
