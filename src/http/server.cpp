#include "http/server.hpp"

#include <microhttpd.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <mutex>
#include <set>
#include <stdexcept>

#include "http/accept.hpp"
#include "http/guests.hpp"
#include "http/gzip.hpp"
#include "net/descriptor.hpp"
#include "net/socket_address.hpp"

namespace mxpulse::http {
namespace {

std::string header(MHD_Connection* connection, const char* name) {
  const char* value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
  return value != nullptr ? value : "";
}

MHD_Result add_argument(void* arguments, MHD_ValueKind, const char* name, const char* value) {
  static_cast<std::map<std::string, std::string>*>(arguments)->emplace(name, value != nullptr ? value : "");
  return MHD_YES;
}

Request request_of(MHD_Connection* connection, const char* method, const char* url) {
  Request request;
  request.method = method;
  request.path = url;
  MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, &add_argument, &request.arguments);
  request.fetch_site = header(connection, "Sec-Fetch-Site");
  request.origin = header(connection, "Origin");
  request.authorization = header(connection, MHD_HTTP_HEADER_AUTHORIZATION);
  request.scrape_timeout = header(connection, "X-Prometheus-Scrape-Timeout-Seconds");
  request.accept = header(connection, MHD_HTTP_HEADER_ACCEPT);
  request.accept_encoding = header(connection, MHD_HTTP_HEADER_ACCEPT_ENCODING);
  return request;
}

// Whatever a body says: nothing from elsewhere, nothing inline, in nobody's frame.
constexpr const char* kPolicy =
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action "
    "'none'; "
    "frame-ancestors 'none'";
constexpr std::size_t kWorthGzip = 1024;  // bytes; a smaller body fits a packet either way

// libmicrohttpd keeps the body, which may be of megabytes, until it is sent: handed over, not copied.
MHD_Response* response_with(std::string body) {
  auto kept = std::make_unique<std::string>(std::move(body));
  MHD_Response* made = MHD_create_response_from_buffer_with_free_callback_cls(
      kept->size(), kept->data(), [](void* sent) { delete static_cast<std::string*>(sent); }, kept.get());
  if (made != nullptr) static_cast<void>(kept.release());  // the callback has it now
  return made;
}

MHD_Result send(MHD_Connection* connection, Response response) {
  MHD_Response* made = response_with(std::move(response.body));
  if (made == nullptr) return MHD_NO;
  MHD_add_response_header(made, MHD_HTTP_HEADER_CONTENT_TYPE, response.content_type.c_str());
  MHD_add_response_header(made, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
  MHD_add_response_header(made, "X-Content-Type-Options", "nosniff");
  MHD_add_response_header(made, "Content-Security-Policy", kPolicy);
  MHD_add_response_header(made, "Referrer-Policy", "no-referrer");
  MHD_add_response_header(made, MHD_HTTP_HEADER_VARY, "Accept, Accept-Encoding");
  if (!response.encoding.empty()) MHD_add_response_header(made, MHD_HTTP_HEADER_CONTENT_ENCODING, response.encoding.c_str());
  if (!response.allow.empty()) MHD_add_response_header(made, MHD_HTTP_HEADER_ALLOW, response.allow.c_str());
  if (!response.authenticate.empty())
    MHD_add_response_header(made, MHD_HTTP_HEADER_WWW_AUTHENTICATE, response.authenticate.c_str());
  const MHD_Result queued = MHD_queue_response(connection, response.status, made);
  MHD_destroy_response(made);
  return queued;
}

void compress(Response& response) {
  std::string small = gzip(response.body);
  if (small.empty()) return;
  response.body = std::move(small);
  response.encoding = "gzip";
}

Response no_answer() { return {MHD_HTTP_SERVICE_UNAVAILABLE, kText, "mxpulse is stopping\n"}; }

Response too_large() { return {MHD_HTTP_CONTENT_TOO_LARGE, kText, "The body is too large.\n"}; }

// By its Content-Length; a body in chunks tells only as it comes.
bool says_too_much(MHD_Connection* connection, const Limits& limits) {
  const std::string text = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
  std::size_t length = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), length);
  return read.ec == std::errc::result_out_of_range || length > limits.body_bytes;
}

// A listening socket of our own making, so that a failure has its errno. IPv6 addresses take no IPv4.
net::Descriptor listen_on(const Endpoint& endpoint) {
  const auto fail = [&](const char* call) -> net::Descriptor {
    throw std::runtime_error("cannot listen on " + endpoint.text() + ": " + call + ": " + std::strerror(errno));
  };
  const bool v6 = endpoint.address.family == Family::kIPv6;
  net::Descriptor socket(::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return fail("socket");
  const int on = 1;
  setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (v6) setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  const auto address = net::socket_address(endpoint.address, endpoint.port);
  if (bind(socket.get(), address.get(), address.length) != 0) return fail("bind");
  if (listen(socket.get(), SOMAXCONN) != 0) return fail("listen");
  return socket;
}

}  // namespace

// A quarter is kept for those who come before the server has closed whom it sent away.
Room room_in(const Limits& limits) { return {limits.connections - limits.connections / 4, limits.connections_per_address}; }

// A request from its header to its end.
struct Conversation {
  Request request;
  std::shared_ptr<LaterResponse> later;  // null: answered at once
};

struct Server::Serving {
  Serving(const Limits& asked, Handler answers) : handler(std::move(answers)), limits(asked), guests(room_in(asked)) {}

  Handler handler;
  std::mutex mutex;  // of the two below
  bool stopping = false;
  std::set<std::shared_ptr<LaterResponse>> waited_for;  // whose connections are suspended
  const Limits limits;
  Guests guests;  // the server's thread alone has it
  net::Descriptor socket;
  MHD_Daemon* daemon = nullptr;

  static MHD_Result handle(void* self, MHD_Connection* connection, const char* url, const char* method, const char*,
                           const char* upload, std::size_t* upload_bytes, void** state) {
    auto& serving = *static_cast<Serving*>(self);
    if (*state == nullptr) {  // the header is here, the body may follow
      auto* begun = new Conversation{request_of(connection, method, url), nullptr};
      *state = begun;  // freed by ended()
      if (says_too_much(connection, serving.limits)) return send(connection, too_large());
      auto refused = serving.handler.refuse(begun->request);
      return refused ? send(connection, std::move(*refused)) : MHD_YES;
    }
    auto& [request, later] = *static_cast<Conversation*>(*state);
    if (*upload_bytes > 0) {
      if (request.body.size() + *upload_bytes > serving.limits.body_bytes) return MHD_NO;  // inside a body only a close is left
      request.body.append(upload, *upload_bytes);
      *upload_bytes = 0;
      return MHD_YES;
    }
    if (later) {  // resumed: the answer is here
      serving.wait_no_more(later);
      return serving.answer(connection, request, later->take().value_or(no_answer()));
    }
    later = serving.handler.answer_later(request);
    if (!later) return serving.answer(connection, request, serving.handler.answer(request));
    if (!serving.wait_for(later)) return send(connection, no_answer());
    serving.guests.must_wait(socket_of(connection));
    MHD_suspend_connection(connection);
    later->wake_with([connection] { MHD_resume_connection(connection); });
    return MHD_YES;
  }

  bool wait_for(const std::shared_ptr<LaterResponse>& later) {
    const std::lock_guard lock(mutex);
    return !stopping && waited_for.insert(later).second;
  }

  void wait_no_more(const std::shared_ptr<LaterResponse>& later) {
    const std::lock_guard lock(mutex);
    waited_for.erase(later);
  }

  // libmicrohttpd does not stop while a connection is suspended.
  void wake_all() {
    const std::lock_guard lock(mutex);
    stopping = true;
    for (const auto& later : waited_for) later->give(no_answer());
  }

  static MHD_Result answer(MHD_Connection* connection, const Request& request, Response response) {
    if (response.body.size() >= kWorthGzip && accepts_gzip(request.accept_encoding)) compress(response);
    return send(connection, std::move(response));
  }

  static void ended(void* self, MHD_Connection* connection, void** state, MHD_RequestTerminationCode) {
    delete static_cast<Conversation*>(*state);
    static_cast<Serving*>(self)->guests.answered(socket_of(connection));
  }

  static void came_or_went(void* self, MHD_Connection* connection, void**, MHD_ConnectionNotificationCode what) {
    Guests& guests = static_cast<Serving*>(self)->guests;
    const int socket = socket_of(connection);
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) return guests.went(socket);
    const auto* client = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    guests.came(socket, net::address_of(client->client_addr).value_or(Address{}));
  }

  static int socket_of(MHD_Connection* connection) {
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
  }
};

Server::Server(const Endpoint& listen, const Limits& limits, Handler handler)
    : serving_(std::make_unique<Serving>(limits, std::move(handler))) {
  serving_->socket = listen_on(listen);
  unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME;
  if (listen.address.family == Family::kIPv6) flags |= MHD_USE_IPv6;
  serving_->daemon = MHD_start_daemon(flags, 0, nullptr, nullptr, &Serving::handle, serving_.get(),                  //
                                      MHD_OPTION_LISTEN_SOCKET, serving_->socket.get(),                              //
                                      MHD_OPTION_CONNECTION_LIMIT, limits.connections,                               //
                                      MHD_OPTION_CONNECTION_MEMORY_LIMIT, limits.header_bytes,                       //
                                      MHD_OPTION_CONNECTION_TIMEOUT, static_cast<unsigned>(limits.timeout.count()),  //
                                      MHD_OPTION_NOTIFY_COMPLETED, &Serving::ended, serving_.get(),                  //
                                      MHD_OPTION_NOTIFY_CONNECTION, &Serving::came_or_went, serving_.get(), MHD_OPTION_END);
  if (serving_->daemon == nullptr) throw std::runtime_error("cannot serve HTTP on " + listen.text());
}

Server::~Server() {
  serving_->wake_all();
  MHD_stop_daemon(serving_->daemon);  // closes the socket it was given
  serving_->socket.release();
}

std::uint16_t Server::port() const {
  const MHD_DaemonInfo* info = MHD_get_daemon_info(serving_->daemon, MHD_DAEMON_INFO_BIND_PORT);
  return info != nullptr ? info->port : 0;
}

}  // namespace mxpulse::http
