// Who is connected to the HTTP server, so that those who dawdle keep nobody out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "mxpulse/address.hpp"

namespace mxpulse::http {

struct Room {
  std::size_t in_all;
  std::size_t of_one_address;
};

// Where there is room for no more, whoever has waited longest since he came, or since his last answer, makes room: first one of
// the same address, then anybody. A client that says at once what it wants is never the one. Known by their sockets.
class Guests {
 public:
  explicit Guests(Room room) : room_(room) {}

  // Shuts the sockets of those who must make room; whoever owns them sees the end and closes them.
  void came(int socket, const Address& address);
  void answered(int socket);
  // Whoever waits for us, and not we for him, stays.
  void must_wait(int socket);
  void went(int socket);

 private:
  struct Guest {
    Address address;
    std::uint64_t since;  // by turns_
    bool waits_for_us = false;
  };

  template <typename Among>
  void send_one_away(Among among);

  Room room_;
  std::uint64_t turns_ = 0;
  std::map<int, Guest> guests_;  // without those sent away
};

}  // namespace mxpulse::http
