// The store on a thread of its own, so that no fsync delays a probe.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "mxpulse/store.hpp"
#include "net/loop.hpp"
#include "store/store_file.hpp"

namespace mxpulse::store {

// Its thread holds at most one batch; what changes meanwhile gathers with whoever made it.
class SqliteStore final : public Store {
 public:
  SqliteStore(net::Loop& loop, const Clock& clock, std::unique_ptr<StoreFile> file);
  // What was given is written first. Of that `done` hears nothing.
  ~SqliteStore() override;

  void write(std::shared_ptr<const Batch> batch, Done done) override;

  // Of the last batch, where its `done` was not called yet: how it ended, within `patience`. For when the loop turns no more.
  std::optional<Written> untold(Duration patience);
  // Waits for the batch under way, then writes this one here. The last word: nothing is written after it.
  Written finish(const Batch& batch);

 private:
  struct Job {
    std::shared_ptr<const Batch> batch;
    Done done;
  };

  void work();
  std::optional<Written> take_untold();
  void end();

  net::Loop& loop_;
  const Clock& clock_;
  std::unique_ptr<StoreFile> file_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Job> job_;
  bool writing_ = false;           // what was job_
  std::optional<Written> untold_;  // how it ended
  bool ending_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // the loop's thread alone looks at it
  std::thread thread_;
};

}  // namespace mxpulse::store
