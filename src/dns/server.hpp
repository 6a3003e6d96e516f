// The door to one upstream DNS server.
#pragma once

#include <functional>
#include <span>
#include <string>

namespace mxpulse::dns {

struct ServerReply {
  std::span<const unsigned char> message;  // empty when the server did not answer in all its tries
  bool lacked_socket = false;              // then: this machine had none to ask it by (descriptors, ports, memory)
};

class Server {
 public:
  using Done = std::function<void(const ServerReply& reply)>;

  virtual ~Server() = default;  // what is in flight is dropped unanswered; not from inside a Done
  // Asks for class IN with recursion desired. Told once, never inside this call.
  virtual void ask(const std::string& name, int type, Done done) = 0;
};

}  // namespace mxpulse::dns
