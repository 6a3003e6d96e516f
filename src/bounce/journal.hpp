// Reads the systemd journal, as lines of a system log.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mxpulse/result.hpp"
#include "mxpulse/time.hpp"

namespace mxpulse::bounce {

struct JournalFilter {
  std::string folder;                    // of journal files; empty: this machine's journal
  std::vector<std::string> units;        // of any of these, like "postfix@-.service"
  std::vector<std::string> identifiers;  // and from any of these, like "postfix/smtp"; neither: of syslog's facility "mail"

  bool operator==(const JournalFilter&) const = default;
};

inline constexpr std::size_t kEntriesARead = 2000;

class Journal {
 public:
  using TakeLine = std::function<void(std::string_view line)>;  // "2026-11-24T07:00:00.123456Z host tag[pid]: message"

  // Without a position it begins `since`.
  Journal(JournalFilter filter, SystemTime since, TakeLine take);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Before the first read(): goes on behind the entry that position() gave.
  void resume(std::string position) { cursor_ = std::move(position); }
  const std::string& position() const { return cursor_; }  // the journal's cursor of the last entry taken

  // Takes entries that are new, at most kEntriesARead; true: there may be more. A failure is for now.
  Result<bool> read();

 private:
  struct State;

  Result<bool> open();
  bool take_entry();

  JournalFilter filter_;
  SystemTime since_;
  TakeLine take_;
  std::string cursor_;
  std::unique_ptr<State> state_;
};

}  // namespace mxpulse::bounce
