// The one file that outlasts us: opened with care, written a batch at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mxpulse/store.hpp"
#include "store/database.hpp"
#include "store/lock_file.hpp"

namespace mxpulse::store {

// - a file in use, of a newer version or of another program is an error: mxpulse does not start, and touches nothing
// - a broken file is set aside under a dated name, and an empty one takes its place
// - a file that cannot be opened now (read-only, disk full, no permission) is tried again at every write
// Used by one thread at a time.
class StoreFile {
 public:
  // Opens the file, or makes it. The folder must be there.
  static Result<std::unique_ptr<StoreFile>> open(std::string path, SystemTime now);

  // Everything the file held. Once, before the first write.
  Saved load();

  Written write(const Batch& batch, SystemTime now);

  // What people should know, since the last call: a file that was set aside, rows that made no sense.
  std::vector<std::string> take_notes() { return std::exchange(notes_, {}); }

 private:
  enum class Opened { kYes, kLater, kNever, kBroken };

  StoreFile(std::string path, SystemTime now) : path_(std::move(path)), now_(now) {}

  Opened open_file();
  Opened take_lock();
  Opened open_database();
  Opened judge_contents();
  Opened judge(const Failure& failure);
  bool set_aside();
  Written give_up(const Failure& failure);

  std::string path_;
  SystemTime now_;
  std::optional<LockFile> lock_;
  Database database_;
  std::string why_;                 // of the last Opened that was no kYes
  bool checked_ = false;            // from end to end, once
  bool everything_wanted_ = false;  // the file does not hold what went before
  std::vector<std::string> notes_;
};

}  // namespace mxpulse::store
