#include "net/stream_server.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

#include "net/descriptor.hpp"
#include "net/timer.hpp"
#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::net;
using namespace std::chrono_literals;

namespace {

// Echoes each line; "!" is nonsense, "?" is answered with a flood.
StreamServer::Turn echo(std::string_view bytes) {
  StreamServer::Turn turn;
  for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n', turn.used)) {
    const auto line = bytes.substr(turn.used, end + 1 - turn.used);
    turn.used = end + 1;
    turn.is_nonsense = turn.is_nonsense || line == "!\n";
    turn.answers += line == "?\n" ? std::string(300'000, 'x') : std::string(line);
  }
  return turn;
}

// A server on a Unix socket, and clients that never wait for more than the loop's next turns.
class Stage {
 public:
  Stage() {
    char name[] = "/tmp/mxpulse-stream-XXXXXX";
    folder_ = mkdtemp(name);
    path_ = folder_ + "/socket";
    auto served = StreamServer::listen(loop_, path_, echo);
    REQUIRE(served);
    server_ = std::move(*served);
  }
  ~Stage() {
    server_.reset();
    turn();
    std::filesystem::remove_all(folder_);
  }

  Descriptor connect() {
    Descriptor client(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    turn();
    return client;
  }

  void say(const Descriptor& client, std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
      if (sent < 0 && errno != EAGAIN) return;  // closed by the server
      turn();
    }
  }

  std::string hear(const Descriptor& client) {
    turn();
    std::string all;
    char buffer[65536];
    for (;;) {
      const auto count = recv(client.get(), buffer, sizeof buffer, 0);
      if (count <= 0) return all;
      all.append(buffer, static_cast<std::size_t>(count));
      turn();
    }
  }

  bool is_closed(const Descriptor& client) {
    turn();
    char byte = 0;
    const auto count = recv(client.get(), &byte, 1, MSG_PEEK);
    return count == 0 || (count < 0 && errno != EAGAIN);
  }

  // Lets the loop do all it can do now.
  void turn() {
    Timer end(loop_, [this] { loop_.stop(); });
    end.start_once(5ms);
    loop_.run();
  }

  Loop& loop() { return loop_; }
  const std::string& path() const { return path_; }

 private:
  Loop loop_;
  std::string folder_;
  std::string path_;
  std::unique_ptr<StreamServer> server_;
};

}  // namespace

TEST_CASE("a stream server answers whole questions, in pieces and several at once") {
  Stage stage;
  const auto client = stage.connect();
  stage.say(client, "on");
  CHECK(stage.hear(client).empty());
  stage.say(client, "e\ntwo\nthr");
  CHECK(stage.hear(client) == "one\ntwo\n");
  stage.say(client, "ee\n");
  CHECK(stage.hear(client) == "three\n");
}

TEST_CASE("a stream server closes who talks nonsense, and nobody else") {
  Stage stage;
  const auto good = stage.connect();
  const auto bad = stage.connect();
  stage.say(bad, "!\n");
  CHECK(stage.is_closed(bad));
  stage.say(good, "one\n");
  CHECK(stage.hear(good) == "one\n");
}

TEST_CASE("a stream server closes who never ends a question") {
  Stage stage;
  const auto client = stage.connect();
  stage.say(client, std::string(kQuestionMax, 'x'));
  CHECK_FALSE(stage.is_closed(client));
  stage.say(client, "xx");
  CHECK(stage.is_closed(client));
}

TEST_CASE("a stream server closes who asks and never reads, at a bound") {
  Stage stage;
  const auto slow = stage.connect();
  for (int asked = 0; asked < 20; ++asked) stage.say(slow, "?\n");
  CHECK(stage.hear(slow).size() < kUnreadMax + 20 * 65536);  // what was on its way, then the end
  CHECK(stage.is_closed(slow));
  const auto other = stage.connect();
  stage.say(other, "one\n");
  CHECK(stage.hear(other) == "one\n");
}

TEST_CASE("at its limit of connections a stream server closes who asked nothing for longest") {
  Stage stage;
  std::vector<Descriptor> clients;
  for (std::size_t count = 0; count < kConnectionsMax; ++count) clients.push_back(stage.connect());
  stage.say(clients[0], "one\n");
  CHECK(stage.hear(clients[0]) == "one\n");
  const auto one_more = stage.connect();
  CHECK(stage.is_closed(clients[1]));
  CHECK_FALSE(stage.is_closed(clients[0]));
  CHECK_FALSE(stage.is_closed(clients[2]));
  stage.say(one_more, "one\n");
  CHECK(stage.hear(one_more) == "one\n");
}

TEST_CASE("a socket that a dead process left is taken over, a served one is not") {
  Stage stage;
  const auto twice = StreamServer::listen(stage.loop(), stage.path(), echo);
  REQUIRE_FALSE(twice);
  CHECK(twice.why() == "cannot listen on unix:" + stage.path() + ": address already in use");
  const std::string left = stage.path() + "-left";
  {
    const Descriptor dead(socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    left.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(bind(dead.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  auto server = StreamServer::listen(stage.loop(), left, echo);
  CHECK(server);
  server = StreamServer::listen(stage.loop(), left + "2", echo);
  stage.turn();
  CHECK_FALSE(std::filesystem::exists(left));  // its file goes with the server
}
