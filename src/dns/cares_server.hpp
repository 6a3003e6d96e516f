// One upstream DNS server: a c-ares channel on the loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "dns/server.hpp"
#include "mxpulse/endpoint.hpp"
#include "mxpulse/result.hpp"
#include "net/socket_watch.hpp"
#include "net/timer.hpp"
#include "net/turn_share.hpp"

struct ares_channeldata;

namespace mxpulse::dns {

class CaresServer final : public Server {
 public:
  // `timeout` of the first try; c-ares doubles it for each further one.
  static Result<std::unique_ptr<CaresServer>> make(net::Loop& loop, const Endpoint& endpoint, Duration timeout, unsigned tries);
  ~CaresServer() override;
  CaresServer(const CaresServer&) = delete;
  CaresServer& operator=(const CaresServer&) = delete;

  // At most kSendsPerTurn leave in a turn and kInFlightMax wait for answers;
  // the rest queues here, bounded by what callers ask at a time.
  void ask(const std::string& name, int type, Done done) override;

 private:
  struct Query;
  class Socket;
  struct SocketCalls;

  explicit CaresServer(net::Loop& loop);
  void pump();
  void tick();
  void process(int read_fd, int write_fd);
  void socket_changed(int fd, bool readable, bool writable);
  static void answered(void* query, int status, int timeouts, unsigned char* message, int length);

  net::Loop& loop_;
  ares_channeldata* channel_ = nullptr;
  std::deque<std::unique_ptr<Query>> waiting_;
  std::size_t in_flight_ = 0;
  bool pump_posted_ = false;
  bool ending_ = false;
  net::TurnShare reading_;  // while c-ares reads what a socket has
  std::uint64_t sockets_lacked_ = 0;
  std::map<int, std::unique_ptr<Socket>> sockets_;
  net::Timer tick_;    // drives c-ares' timeouts, and the sockets that the system cannot wait for
  net::Timer resume_;  // the next turn's sends
};

}  // namespace mxpulse::dns
