// Answers local programs over TCP or a Unix socket, on the loop: questions come, each is answered, nothing else is kept.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "mxpulse/result.hpp"
#include "mxpulse/stream_address.hpp"
#include "net/loop.hpp"

namespace mxpulse::net {

// - a connection holds at most kQuestionMax bytes that are no whole question yet, else it is closed
// - so is one that leaves more than kUnreadMax bytes of answers unread
// - at kConnectionsMax the one that asked nothing for longest makes room
class StreamServer {
 public:
  struct Turn {
    std::size_t used = 0;  // bytes of whole questions; the rest waits for more
    std::string answers;
    bool is_nonsense = false;  // the connection is closed
  };
  // Given all bytes that were not used yet. On the loop's thread; must not destroy the server.
  using OnBytes = std::function<Turn(std::string_view bytes)>;

  // Serves until destroyed. A Unix socket that nobody serves any more is replaced; its file goes with the server.
  static Result<std::unique_ptr<StreamServer>> listen(Loop& loop, const StreamAddress& address, OnBytes on_bytes);
  ~StreamServer();
  StreamServer(const StreamServer&) = delete;
  StreamServer& operator=(const StreamServer&) = delete;

 private:
  struct State;
  explicit StreamServer(State* state) : state_(state) {}
  State* state_;  // frees itself once the loop let go of its handles
};

inline constexpr std::size_t kQuestionMax = 100'000;  // socketmap_table(5)
inline constexpr std::size_t kUnreadMax = 1u << 20;
inline constexpr std::size_t kConnectionsMax = 512;

}  // namespace mxpulse::net
