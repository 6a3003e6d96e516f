#include "store/store_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "store/rows.hpp"
#include "store/schema.hpp"

namespace mxpulse::store {
namespace {

constexpr int kLogPages = 1000;            // 4 MB of write-ahead log before it goes into the file
constexpr std::int64_t kSchemaMax = 9999;  // a greater number is not a version but damage

bool is_there(const std::string& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0;
}

bool has_bytes(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && status.st_size > 0;
}

// SQLite would let everybody read whom this machine writes to. Closed before SQLite opens it: to close one descriptor of a file
// lets go of all the process's locks on it (fcntl(2)).
void make_private(const std::string& path) {
  const net::Descriptor made(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
}

}  // namespace

Result<std::unique_ptr<StoreFile>> StoreFile::open(std::string path, SystemTime now) {
  std::unique_ptr<StoreFile> file(new StoreFile(std::move(path), now));
  switch (file->open_file()) {
    case Opened::kYes: break;
    case Opened::kNever: return Result<std::unique_ptr<StoreFile>>::failure(file->path_ + ": " + file->why_);
    case Opened::kLater:
    case Opened::kBroken:
      file->notes_.push_back(file->path_ + ": " + file->why_ + "; it is tried again, and until then nothing new is held");
      file->everything_wanted_ = true;
  }
  return file;
}

StoreFile::Opened StoreFile::open_file() {
  database_.close();
  if (const auto lock = take_lock(); lock != Opened::kYes) return lock;
  auto opened = open_database();
  if (opened == Opened::kBroken && set_aside()) opened = open_database();
  if (opened != Opened::kYes) database_.close();
  return opened;
}

StoreFile::Opened StoreFile::take_lock() {
  if (lock_) return Opened::kYes;
  const auto folder = std::filesystem::path(path_).parent_path().string();
  if (!is_there(folder)) {
    why_ = "there is no folder " + folder + "; make it, and give it to the user that mxpulse runs as";
    return Opened::kNever;
  }
  bool held_elsewhere = false;
  auto lock = LockFile::take(path_ + ".lock", held_elsewhere);
  if (!lock) {
    why_ = lock.why();
    return held_elsewhere ? Opened::kNever : Opened::kLater;
  }
  lock_.emplace(std::move(*lock));
  return Opened::kYes;
}

StoreFile::Opened StoreFile::open_database() {
  make_private(path_);
  database_.open(path_, Database::Access::kReadWrite);
  if (database_.is_open() && database_.is_read_only()) {
    why_ = "it cannot be written";
    return Opened::kLater;
  }
  const auto contents = judge_contents();
  if (contents != Opened::kYes) return contents;
  // FULL: what was acknowledged outlasts a power failure. Checkpoints are ours, see Database.
  for (const char* pragma : {"PRAGMA trusted_schema = OFF", "PRAGMA cell_size_check = ON", "PRAGMA journal_mode = WAL",
                             "PRAGMA synchronous = FULL", "PRAGMA journal_size_limit = 16777216"})
    database_.execute(pragma);
  migrate(database_, static_cast<int>(database_.ask_number("PRAGMA user_version").value_or(0)));
  const auto failure = database_.take_failure();
  return failure ? judge(*failure) : Opened::kYes;
}

// Whose file it is, of which version, and whether it is whole.
StoreFile::Opened StoreFile::judge_contents() {
  const auto version = database_.ask_number("PRAGMA user_version").value_or(0);
  const auto application = database_.ask_number("PRAGMA application_id").value_or(0);
  const auto tables = database_.ask_number("SELECT count(*) FROM sqlite_schema").value_or(0);
  const auto ours = database_.ask_number("SELECT count(*) FROM sqlite_schema WHERE name IN ('about', 'address', 'destination')");
  if (const auto failure = database_.take_failure()) return judge(*failure);
  if (tables == 0 && version == 0) return Opened::kYes;
  if (ours != 3) {
    why_ = "this is a database of another program; give store.path a file of mxpulse's own";
    return Opened::kNever;
  }
  if (application != kApplicationId || version < 1 || version > kSchemaMax) {
    why_ = "its header makes no sense";
    return Opened::kBroken;
  }
  if (version > newest_schema()) {
    why_ = "a newer mxpulse wrote it (schema " + std::to_string(version) + "; this one knows up to " +
           std::to_string(newest_schema()) + "); run that one, or move the file away to begin without it";
    return Opened::kNever;
  }
  if (checked_) return Opened::kYes;
  const std::string verdict = database_.ask_text("PRAGMA quick_check(1)");
  if (const auto failure = database_.take_failure()) return judge(*failure);
  why_ = verdict;
  checked_ = verdict == "ok";
  if (checked_) return Opened::kYes;
  return tells_failed_read(verdict) ? Opened::kLater : Opened::kBroken;
}

StoreFile::Opened StoreFile::judge(const Failure& failure) {
  why_ = failure.why;
  return failure.trouble == Trouble::kBroken ? Opened::kBroken : Opened::kLater;
}

// The log first: without it the file is no less broken, while a log beside an empty file would be played into that.
bool StoreFile::set_aside() {
  database_.abandon();
  std::string aside = path_ + ".broken-" + utc_text(now_, "%Y%m%dT%H%M%SZ");
  for (int number = 2; is_there(aside); ++number)
    aside = path_ + ".broken-" + utc_text(now_, "%Y%m%dT%H%M%SZ") + "-" + std::to_string(number);
  const std::string what = why_;
  for (const char* part : {"-wal", "-shm", ""}) {
    if (std::rename((path_ + part).c_str(), (aside + part).c_str()) == 0 || errno == ENOENT) continue;
    why_ = what + "; and it cannot be set aside: " + std::strerror(errno);
    return false;
  }
  everything_wanted_ = true;
  notes_.push_back(path_ + " is damaged (" + what + "); it is kept as " + aside + ", and an empty one takes its place");
  return true;
}

Saved StoreFile::load() {
  const bool changeless = !database_.is_open();
  if (changeless) {
    // What the file's log holds on top cannot be read without writing.
    if (!has_bytes(path_) || has_bytes(path_ + "-wal")) return {};
    database_.open(path_, Database::Access::kReadOnlyFile);
    if (judge_contents() != Opened::kYes || database_.ask_number("PRAGMA user_version") != newest_schema()) {
      database_.close();
      return {};
    }
  }
  std::size_t left_out = 0;
  Saved saved = read_all(database_, left_out);
  if (left_out > 0) notes_.push_back(path_ + ": " + std::to_string(left_out) + " rows make no sense and are left out");
  const auto failure = database_.take_failure();
  if (changeless) database_.close();
  if (!failure) return saved;
  give_up(*failure);
  return {};
}

Written StoreFile::write(const Batch& batch, SystemTime now) {
  now_ = now;
  if (!database_.is_open() && open_file() != Opened::kYes) return {WriteEnd::kFailed, path_ + ": " + why_};
  if (everything_wanted_ && !batch.everything) return {WriteEnd::kEverythingWanted, ""};
  write_batch(database_, batch);
  if (const auto failure = database_.take_failure()) return give_up(*failure);
  everything_wanted_ = false;
  database_.checkpoint_beyond(kLogPages);
  const auto failure = database_.take_failure();  // the batch is in the log, and safe there
  return {WriteEnd::kTaken, failure ? path_ + ": " + failure->why : ""};
}

Written StoreFile::give_up(const Failure& failure) {
  why_ = failure.why;
  if (database_.has_transaction()) database_.execute("ROLLBACK");
  const bool still_good = failure.trouble == Trouble::kForNow && !database_.take_failure();
  if (still_good) return {WriteEnd::kFailed, path_ + ": " + why_};
  if (failure.trouble == Trouble::kBroken && set_aside()) return {WriteEnd::kEverythingWanted, path_ + ": " + failure.why};
  database_.close();
  return {WriteEnd::kFailed, path_ + ": " + why_};
}

}  // namespace mxpulse::store
