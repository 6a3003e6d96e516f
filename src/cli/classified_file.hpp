// One file of mail: a log in some MTA's dialect, a delivery report, or a mailbox of them.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bounce/log_parser.hpp"
#include "mxpulse/result.hpp"

namespace mxpulse::cli {

bool is_mail_format(std::string_view name);  // "auto", "dsn", or a dialect: "postfix", "exim", ...

// Takes a file line by line, in memory that does not grow with it (one delivery report is kept whole, up to 8 MiB).
// "auto" tells a message by its header; of the dialects it takes the one that reads most events in the first lines, or the
// first that reads one at all.
class ClassifiedFile {
 public:
  ClassifiedFile(std::string_view format, SystemTime now, bounce::TellEvent tell);

  void take(std::string_view line);
  void end();

 private:
  enum class State { kHeader, kContest, kLog, kMessages };
  struct Contestant {
    std::unique_ptr<bounce::LogParser> parser;
    std::vector<BounceEvent> events;
  };

  void take_header(std::string_view line);
  void begin_contest();
  void take_contest(std::string_view line);
  void end_contest();
  void begin_messages();
  void take_message(std::string_view line);
  void end_message();

  SystemTime now_;
  bounce::TellEvent tell_;
  State state_ = State::kHeader;
  std::vector<std::string> header_;  // the first lines, as long as they may be a message's header
  std::vector<Contestant> contestants_;
  std::size_t contest_lines_ = 0;
  std::unique_ptr<bounce::LogParser> parser_;
  bool is_mailbox_ = false;  // mbox: messages begin with a line "From "
  bool after_blank_ = true;
  std::string message_;
};

// All of a file, or of standard input with "-". A failure comes after what could be read.
Result<bool> read_mail_file(const std::string& path, std::string_view format, SystemTime now, const bounce::TellEvent& tell);

}  // namespace mxpulse::cli
