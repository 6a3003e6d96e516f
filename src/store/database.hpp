// SQLite, as far as we use it. An error sticks: what follows it does nothing until somebody takes it.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mxpulse/result.hpp"
#include "mxpulse/time.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace mxpulse::store {

enum class Trouble : std::uint8_t {
  kBroken,      // the file is no database, or a damaged one
  kForNow,      // disk full, no memory, a reader in the way: the connection is good
  kConnection,  // what else goes wrong with files: a new connection may do
};

struct Failure {
  Trouble trouble = Trouble::kConnection;
  std::string why;
};

// One connection. Used by one thread at a time.
class Database {
 public:
  enum class Access { kReadWrite, kReadOnlyFile };  // kReadOnlyFile: nothing can change the file, so no lock is taken

  Database() = default;
  ~Database() { close(); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void open(const std::string& path, Access access);
  void close();
  // Closes it as it is, with what its log holds: nothing more is written to a file that is damaged.
  void abandon();
  bool is_open() const { return handle_ != nullptr; }
  bool is_read_only() const;
  bool has_transaction() const;  // begun and not ended; some failures end it by themselves

  void execute(const char* sql);
  // The first column of the first row; nothing when there is none.
  std::optional<std::int64_t> ask_number(const char* sql);
  std::string ask_text(const char* sql);

  bool failed() const { return failure_.has_value(); }
  std::optional<Failure> take_failure() { return std::exchange(failure_, std::nullopt); }

  // Moves what is in the write-ahead log into the file once it is longer than `pages`. The only checkpointer there is.
  void checkpoint_beyond(int pages);

 private:
  friend class Statement;
  void fail(int code);

  sqlite3* handle_ = nullptr;
  int log_pages_ = 0;
  std::optional<Failure> failure_;
};

// SQLite's version is from before 3.51.3: two connections that write may corrupt the file (https://sqlite.org/wal.html).
std::string library_version();
bool has_log_reset_bug();

// Whether what quick_check says is that the disk could not be read, which it tells as damage, too.
bool tells_failed_read(std::string_view verdict);

// A text or a blob of somebody else's, for as long as the call lasts.
struct Blob {
  std::string_view bytes;
};

class Statement {
 public:
  Statement(Database& database, const char* sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Binds the values in order and runs it to its end.
  template <typename... Values>
  void run(const Values&... values) {
    int position = 0;
    (bind(++position, values), ...);
    finish();
  }

  // Steps to the next row; false after the last one, or when something failed.
  bool next();
  bool is_null(int column) const;
  // Empty when the column holds something else, or more than is said.
  std::optional<std::int64_t> number(int column) const;
  std::optional<std::string_view> text(int column, std::size_t most) const;  // until next()
  std::optional<std::string_view> blob(int column, std::size_t most) const;  // until next()

 private:
  template <std::integral Number>
  void bind(int position, Number value) {
    bind_number(position, static_cast<std::int64_t>(value));
  }
  void bind(int position, std::string_view value);
  void bind(int position, Blob value);
  void bind(int position, SystemTime value) { bind_number(position, value.time_since_epoch().count()); }
  void bind(int position, Duration value) { bind_number(position, value.count()); }
  template <typename Value>
  void bind(int position, const std::optional<Value>& value) {
    value ? bind(position, *value) : bind_null(position);
  }
  void bind_number(int position, std::int64_t value);
  void bind_null(int position);
  void finish();
  void note(int code);

  Database& database_;
  sqlite3_stmt* handle_ = nullptr;
};

}  // namespace mxpulse::store
