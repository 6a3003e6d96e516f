// Reads the messages of a Maildir, each once; they stay where they are.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "mxpulse/result.hpp"
#include "mxpulse/time.hpp"

namespace mxpulse::bounce {

inline constexpr std::size_t kMessagesARead = 20;         // of one read(), so that a full folder delays nobody
inline constexpr std::size_t kMessageReadMax = 1u << 20;  // bytes; a report's fields stand far before

// A message keeps its name up to the ':' when a reader moves it from new/ to cur/ (https://cr.yp.to/proto/maildir.html), so a
// name is a message. What was read in an earlier run is told by its time: the newest one, and the names shortly before it, for
// deliveries at the same time end in any order.
class Maildir {
 public:
  using TakeMessage = std::function<void(std::string_view message)>;

  Maildir(std::string path, TakeMessage take) : path_(std::move(path)), take_(std::move(take)) {}

  // Before the first read(): goes on from what position() gave. False: it gave something else.
  bool resume(std::string_view position);
  // At most kPositionMax bytes of ASCII; empty before the first message.
  std::string position() const;

  // Takes messages that are new; true: there are more. A failure is for now. `now` is the clock of the file system.
  Result<bool> read(SystemTime now);

 private:
  struct Message {
    std::int64_t time = 0;  // nanoseconds since 1970, of its last change
    std::string name;       // up to the ':'
    std::string path;
  };
  // The newest messages taken, the newest last.
  struct Taken {
    std::int64_t time = 0;
    std::uint64_t hash = 0;
  };

  Result<bool> look(const std::string& folder, std::unordered_set<std::string>& present);
  bool was_taken_before(const Message& message) const;
  void note(const Message& message);
  bool has_changed(SystemTime now);

  std::string path_;
  TakeMessage take_;
  std::unordered_set<std::string> known_;  // names in the folder that were taken, or wait
  std::deque<Message> waiting_;            // the oldest first
  std::deque<Taken> taken_;
  std::optional<std::vector<Taken>> before_;  // of the run before
  std::int64_t looked_at_[2] = {-1, -1};      // the change times of new/ and cur/ when they were last looked into
};

}  // namespace mxpulse::bounce
