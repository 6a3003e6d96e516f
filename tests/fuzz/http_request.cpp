// Every path with every method, argument and header a client may send.
#include "fuzz/input.hpp"
#include "http/routes.hpp"

using namespace mxpulse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const http::Handler handler = [] {
    http::Sources sources;
    sources.metrics = [](MetricsTier, MetricsFormat) -> Result<std::string> { return std::string("metrics\n"); };
    sources.ready = [] { return Result<bool>(true); };
    sources.reload = [] { return Result<bool>::failure("no"); };
    sources.gate = [](const DomainName& name) { return "{\"destination\":\"" + name.text() + "\"}"; };
    sources.may_post = [](std::string_view token) { return token == "token" ? Result<bool>(true) : Result<bool>::failure("no"); };
    sources.bounces = [](std::string_view, const auto& later) { later->give({}); };
    sources.destinations = [](std::size_t, std::size_t limit) -> Result<std::string> {
      fuzz::must(limit <= http::kListMax, "a list has its bound");
      return std::string("[]\n");
    };
    sources.destination = sources.destination_page = [](const DomainName& name) -> Result<std::optional<std::string>> {
      return name.text() == "example.org" ? std::optional<std::string>("{}") : std::nullopt;
    };
    sources.probe = [](const DomainName&, Duration patience, const std::shared_ptr<http::LaterResponse>& later) {
      fuzz::must(patience > Duration(0) && patience <= std::chrono::seconds(100), "who waits has a limit");
      later->give(http::Response{});
    };
    sources.mx_targets = sources.page = []() -> Result<std::string> { return std::string("[]\n"); };
    sources.files["/style.css"] = {"text/css", "body {}"};
    return http::routes(sources);
  }();
  fuzz::Pieces input(fuzz::text_of(data, size));
  http::Request request;
  request.method = input.text();
  request.path = input.text();
  for (auto count = input.byte() % 4; count > 0; --count) {
    const std::string name(input.text());
    request.arguments.emplace(name, input.text());
  }
  request.fetch_site = input.text();
  request.origin = input.text();
  request.authorization = input.text();
  request.accept_encoding = input.text();
  request.accept = input.text();
  request.scrape_timeout = input.text();
  request.body = input.rest();
  auto response = handler.refuse(request);
  if (!response) {
    const auto later = handler.answer_later(request);
    response = later ? later->take() : handler.answer(request);
  }
  fuzz::must(response.has_value(), "everybody is answered");
  fuzz::must(response->status >= 200 && response->status <= 599, "the status is one");
  for (const std::string* header : {&response->content_type, &response->allow, &response->authenticate, &response->encoding})
    fuzz::must(header->find_first_of("\r\n") == std::string::npos, "no header has a line end");
  return 0;
}
