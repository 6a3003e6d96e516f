#include "bounce/journal.hpp"

#include <systemd/sd-journal.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "bounce/log_follower.hpp"
#include "bounce/unix_second.hpp"

namespace mxpulse::bounce {

struct Journal::State {
  sd_journal* journal = nullptr;
  ~State() { sd_journal_close(journal); }
};

namespace {

std::string_view field(sd_journal* journal, const char* name) {
  const void* data = nullptr;
  std::size_t size = 0;
  if (sd_journal_get_data(journal, name, &data, &size) < 0) return {};
  const std::string_view text(static_cast<const char*>(data), size);
  return text.substr(std::min(std::strlen(name) + 1, text.size()));
}

std::string stamp(sd_journal* journal) {
  std::uint64_t microseconds = 0;
  if (sd_journal_get_realtime_usec(journal, &microseconds) < 0) return "-";
  const auto time = at_unix_second(static_cast<std::int64_t>(microseconds / 1'000'000));
  return time ? rfc3339(*time) : "-";
}

bool add_matches(sd_journal* journal, const std::string& name, const std::vector<std::string>& values) {
  return std::all_of(values.begin(), values.end(), [&](const std::string& value) {
    const std::string match = name + "=" + value;
    return sd_journal_add_match(journal, match.data(), match.size()) >= 0;
  });
}

std::string why(int error) { return "the journal: " + std::string(std::strerror(-error)); }

}  // namespace

Journal::Journal(JournalFilter filter, SystemTime since, TakeLine take)
    : filter_(std::move(filter)), since_(since), take_(std::move(take)) {}

Journal::~Journal() = default;

Result<bool> Journal::open() {
  using Failed = Result<bool>;
  auto state = std::make_unique<State>();
  const int opened = filter_.folder.empty() ? sd_journal_open(&state->journal, SD_JOURNAL_LOCAL_ONLY)
                                            : sd_journal_open_directory(&state->journal, filter_.folder.c_str(), 0);
  if (opened < 0) return Failed::failure(why(opened));
  sd_journal* journal = state->journal;
  sd_journal_set_data_threshold(journal, kLineMax);
  static const std::vector<std::string> kMail{"2"};  // syslog(3): LOG_MAIL
  const bool unfiltered = filter_.units.empty() && filter_.identifiers.empty();
  const bool matched = add_matches(journal, "_SYSTEMD_UNIT", filter_.units) &&
                       add_matches(journal, "SYSLOG_IDENTIFIER", filter_.identifiers) &&
                       (!unfiltered || add_matches(journal, "SYSLOG_FACILITY", kMail));
  if (!matched) return Failed::failure("the journal: a unit or an identifier cannot be looked for");
  sd_journal_get_fd(journal);  // from now on it sees files come and grow

  const bool resumed = !cursor_.empty() && sd_journal_seek_cursor(journal, cursor_.c_str()) >= 0;
  if (!resumed) {
    const auto since = std::chrono::duration_cast<std::chrono::microseconds>(since_.time_since_epoch()).count();
    sd_journal_seek_realtime_usec(journal, static_cast<std::uint64_t>(std::max<std::int64_t>(since, 0)));
  } else if (sd_journal_next(journal) > 0 && sd_journal_test_cursor(journal, cursor_.c_str()) <= 0) {
    sd_journal_previous(journal);  // the entry is gone, and this is the first behind its place
  }
  state_ = std::move(state);
  return true;
}

Result<bool> Journal::read() {
  if (!state_) {
    auto opened = open();
    if (!opened) return opened;
  }
  const int processed = sd_journal_process(state_->journal);
  if (processed < 0) return state_.reset(), Result<bool>::failure(why(processed));
  for (std::size_t count = 0; count < kEntriesARead; ++count) {
    const int next = sd_journal_next(state_->journal);
    if (next < 0) return state_.reset(), Result<bool>::failure(why(next));
    if (next == 0) return false;
    take_entry();
  }
  return true;
}

bool Journal::take_entry() {
  sd_journal* journal = state_->journal;
  char* cursor = nullptr;
  if (sd_journal_get_cursor(journal, &cursor) >= 0) {
    cursor_ = cursor;
    std::free(cursor);
  }
  std::string line = stamp(journal) + " ";
  const auto host = field(journal, "_HOSTNAME");
  line.append(host.empty() ? "-" : host).append(" ").append(field(journal, "SYSLOG_IDENTIFIER"));
  const auto pid = field(journal, "SYSLOG_PID");
  line.append("[").append(pid.empty() ? field(journal, "_PID") : pid).append("]: ");
  const auto message = field(journal, "MESSAGE");
  if (message.empty()) return false;
  line.append(message);
  std::replace(line.begin(), line.end(), '\n', ' ');
  take_(line);
  return true;
}

}  // namespace mxpulse::bounce
