#include "store/database.hpp"

#include <sqlite3.h>

#include <charconv>
#include <utility>

namespace mxpulse::store {
namespace {

constexpr int kFixedVersion = 3'051'003;
constexpr auto kBusyPatience = 5000;  // milliseconds that a reader's copy may keep us waiting

// A path in a URI; '?', '#' and '%' have a meaning there.
std::string escaped(const std::string& path) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '.' ||
                       c == '-' || c == '_';
    if (plain)
      text += c;
    else
      text.append({'%', kDigits[byte >> 4U], kDigits[byte & 15U]});
  }
  return text;
}

Trouble trouble(int code) {
  switch (code & 0xff) {
    case SQLITE_ERROR:  // our SQL is right: the file has another format, or other tables, than it says
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Trouble::kBroken;
    case SQLITE_FULL:
    case SQLITE_NOMEM:
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return Trouble::kForNow;
    default: return Trouble::kConnection;
  }
}

}  // namespace

std::string library_version() { return sqlite3_libversion(); }

bool has_log_reset_bug() {
  const int version = sqlite3_libversion_number();
  const bool mended_in_old_line = (version >= 3'044'006 && version < 3'045'000) || (version >= 3'050'007 && version < 3'051'000);
  return version < kFixedVersion && !mended_in_old_line;
}

bool tells_failed_read(std::string_view verdict) {
  constexpr std::string_view kMark = "error code=";
  const auto at = verdict.find(kMark);
  if (at == std::string_view::npos) return false;
  int code = 0;
  std::from_chars(verdict.data() + at + kMark.size(), verdict.data() + verdict.size(), code);
  return (code & 0xff) == SQLITE_IOERR;
}

void Database::open(const std::string& path, Access access) {
  close();
  failure_.reset();
  const bool immutable = access == Access::kReadOnlyFile;
  const std::string name = immutable ? "file:" + escaped(path) + "?immutable=1" : path;
  const int flags = immutable ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(name.c_str(), &handle_, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) return fail(code);
  sqlite3_busy_timeout(handle_, kBusyPatience);
  sqlite3_wal_hook(
      handle_,
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<Database*>(self)->log_pages_ = pages;
        return SQLITE_OK;
      },
      this);
}

void Database::close() {
  sqlite3_close_v2(handle_);
  handle_ = nullptr;
  log_pages_ = 0;
}

void Database::execute(const char* sql) {
  if (failed()) return;
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

std::optional<std::int64_t> Database::ask_number(const char* sql) {
  Statement statement(*this, sql);
  return statement.next() ? statement.number(0) : std::nullopt;
}

std::string Database::ask_text(const char* sql) {
  Statement statement(*this, sql);
  return statement.next() ? std::string(statement.text(0, 1000).value_or("")) : "";
}

void Database::checkpoint_beyond(int pages) {
  if (failed() || log_pages_ <= pages) return;
  const int code = sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

void Database::abandon() {
  if (handle_ != nullptr) sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  close();
}

bool Database::is_read_only() const { return sqlite3_db_readonly(handle_, "main") == 1; }

bool Database::has_transaction() const { return handle_ != nullptr && sqlite3_get_autocommit(handle_) == 0; }

void Database::fail(int code) {
  failure_ = Failure{trouble(code), handle_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle_)};
}

Statement::Statement(Database& database, const char* sql) : database_(database) {
  if (database_.failed()) return;
  note(sqlite3_prepare_v2(database_.handle_, sql, -1, &handle_, nullptr));
}

Statement::~Statement() { sqlite3_finalize(handle_); }

void Statement::note(int code) {
  if (code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE && !database_.failed()) database_.fail(code);
}

bool Statement::next() {
  if (database_.failed()) return false;
  const int code = sqlite3_step(handle_);
  note(code);
  return code == SQLITE_ROW;
}

void Statement::finish() {
  while (next()) {
  }
  if (handle_ == nullptr) return;
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
}

bool Statement::is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }

std::optional<std::int64_t> Statement::number(int column) const {
  if (sqlite3_column_type(handle_, column) != SQLITE_INTEGER) return std::nullopt;
  return sqlite3_column_int64(handle_, column);
}

std::optional<std::string_view> Statement::text(int column, std::size_t most) const {
  if (sqlite3_column_type(handle_, column) != SQLITE_TEXT) return std::nullopt;
  const auto* start = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_, column));
  if (start == nullptr || size > most) return std::nullopt;
  return std::string_view(start, size);
}

std::optional<std::string_view> Statement::blob(int column, std::size_t most) const {
  if (sqlite3_column_type(handle_, column) != SQLITE_BLOB) return std::nullopt;
  const auto* start = static_cast<const char*>(sqlite3_column_blob(handle_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_, column));
  if (size > most) return std::nullopt;
  return start == nullptr ? std::string_view() : std::string_view(start, size);
}

void Statement::bind(int position, std::string_view value) {
  if (database_.failed()) return;
  const char* start = value.empty() ? "" : value.data();  // a null pointer would bind NULL
  note(sqlite3_bind_text64(handle_, position, start, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::bind(int position, Blob value) {
  if (database_.failed()) return;
  const char* start = value.bytes.empty() ? "" : value.bytes.data();
  note(sqlite3_bind_blob64(handle_, position, start, value.bytes.size(), SQLITE_TRANSIENT));
}

void Statement::bind_number(int position, std::int64_t value) {
  if (!database_.failed()) note(sqlite3_bind_int64(handle_, position, value));
}

void Statement::bind_null(int position) {
  if (!database_.failed()) note(sqlite3_bind_null(handle_, position));
}

}  // namespace mxpulse::store
