// The door to one upstream DNS server.
#pragma once

#include <functional>
#include <span>
#include <string>

namespace mxpulse::dns {

class Server {
 public:
  // The message, or nothing when the server did not answer in all its tries.
  using Done = std::function<void(std::span<const unsigned char> message)>;

  virtual ~Server() = default;  // what is in flight is dropped unanswered; not from inside a Done
  // Asks for class IN with recursion desired. Told once, never inside this call.
  virtual void ask(const std::string& name, int type, Done done) = 0;
};

}  // namespace mxpulse::dns
