#include "net/stream_server.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <list>

#include "net/descriptor.hpp"
#include "net/socket_address.hpp"

namespace mxpulse::net {
namespace {

union AnyStream {
  uv_stream_t stream;
  uv_tcp_t tcp;
  uv_pipe_t pipe;
};

uv_handle_t* handle(AnyStream& any) { return reinterpret_cast<uv_handle_t*>(&any.stream); }

void open(AnyStream& any, Loop& loop, bool is_unix) {
  if (is_unix)
    uv_pipe_init(loop.handle(), &any.pipe, 0);
  else
    uv_tcp_init(loop.handle(), &any.tcp);
}

// Whether the file is the socket of a process that died.
bool is_left_behind(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  const Descriptor probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno == ECONNREFUSED;
}

}  // namespace

struct StreamServer::State {
  struct Connection {
    AnyStream stream{};
    State* server = nullptr;
    std::string bytes;
    std::list<Connection*>::iterator place;
    bool closing = false;
  };
  struct Answer {
    uv_write_t request{};
    std::string bytes;
  };

  explicit State(Loop& on) : loop(on) {}

  Loop& loop;
  AnyStream listener{};
  std::string path;  // of the Unix socket
  bool serving = false;
  OnBytes on_bytes;
  std::list<Connection*> connections;  // who asked last is last
  std::size_t still_open = 1;          // handles: the listener's and the connections'
  std::array<char, 65536> buffer{};

  void one_closed() {
    if (--still_open == 0) delete this;
  }

  void close(Connection& connection) {
    if (std::exchange(connection.closing, true)) return;
    connections.erase(connection.place);
    uv_close(handle(connection.stream), [](uv_handle_t* closed) {
      auto* gone = static_cast<Connection*>(closed->data);
      State* server = gone->server;
      delete gone;
      server->one_closed();
    });
  }

  void stop() {
    while (!connections.empty()) close(*connections.front());
    if (!path.empty() && serving) unlink(path.c_str());
    uv_close(handle(listener), [](uv_handle_t* closed) { static_cast<State*>(closed->data)->one_closed(); });
  }

  void accept() {
    auto* connection = new Connection;
    connection->server = this;
    ++still_open;
    open(connection->stream, loop, !path.empty());
    handle(connection->stream)->data = connection;
    connection->place = connections.insert(connections.end(), connection);
    if (uv_accept(&listener.stream, &connection->stream.stream) != 0) return close(*connection);
    if (connections.size() > kConnectionsMax) close(*connections.front());
    uv_read_start(
        &connection->stream.stream,
        [](uv_handle_t* reading, std::size_t, uv_buf_t* into) {
          auto& all = static_cast<Connection*>(reading->data)->server->buffer;
          *into = uv_buf_init(all.data(), static_cast<unsigned>(all.size()));
        },
        [](uv_stream_t* stream, ssize_t count, const uv_buf_t* read) {
          auto& asking = *static_cast<Connection*>(stream->data);
          if (count < 0) return asking.server->close(asking);
          asking.server->take(asking, {read->base, static_cast<std::size_t>(count)});
        });
  }

  void take(Connection& connection, std::string_view more) {
    connections.splice(connections.end(), connections, connection.place);
    connection.bytes.append(more);
    const Turn turn = on_bytes(connection.bytes);
    connection.bytes.erase(0, turn.used);
    if (turn.is_nonsense || connection.bytes.size() > kQuestionMax) return close(connection);
    if (!turn.answers.empty()) send(connection, turn.answers);
  }

  void send(Connection& connection, std::string_view answers) {
    uv_buf_t now = uv_buf_init(const_cast<char*>(answers.data()), static_cast<unsigned>(answers.size()));
    const int sent = uv_try_write(&connection.stream.stream, &now, 1);
    if (sent < 0 && sent != UV_EAGAIN) return close(connection);
    answers.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : 0);
    if (answers.empty()) return;
    if (uv_stream_get_write_queue_size(&connection.stream.stream) + answers.size() > kUnreadMax) return close(connection);
    auto* later = new Answer;
    later->bytes = answers;
    later->request.data = later;
    uv_buf_t rest = uv_buf_init(later->bytes.data(), static_cast<unsigned>(later->bytes.size()));
    const int queued = uv_write(&later->request, &connection.stream.stream, &rest, 1,
                                [](uv_write_t* done, int) { delete static_cast<Answer*>(done->data); });
    if (queued != 0) {
      delete later;
      close(connection);
    }
  }
};

Result<std::unique_ptr<StreamServer>> StreamServer::listen(Loop& loop, const StreamAddress& address, OnBytes on_bytes) {
  auto* state = new State(loop);
  state->on_bytes = std::move(on_bytes);
  const auto* path = std::get_if<std::string>(&address);
  if (path != nullptr) state->path = *path;
  open(state->listener, loop, path != nullptr);
  handle(state->listener)->data = state;

  int error = 0;
  if (path != nullptr) {
    if (is_left_behind(*path)) unlink(path->c_str());
    error = uv_pipe_bind(&state->listener.pipe, path->c_str());
  } else {
    const auto& endpoint = std::get<Endpoint>(address);
    const auto bound = socket_address(endpoint.address, endpoint.port);
    error = uv_tcp_bind(&state->listener.tcp, bound.get(), endpoint.address.family == Family::kIPv6 ? UV_TCP_IPV6ONLY : 0);
  }
  state->serving = error == 0;
  if (error == 0)
    error = uv_listen(&state->listener.stream, 128, [](uv_stream_t* listener, int status) {
      if (status == 0) static_cast<State*>(listener->data)->accept();
    });
  if (error == 0 && path != nullptr) error = uv_pipe_chmod(&state->listener.pipe, UV_READABLE | UV_WRITABLE);
  if (error != 0) {
    state->stop();
    return Result<std::unique_ptr<StreamServer>>::failure("cannot listen on " + text(address) + ": " + uv_strerror(error));
  }
  return std::unique_ptr<StreamServer>(new StreamServer(state));
}

StreamServer::~StreamServer() { state_->stop(); }

}  // namespace mxpulse::net
