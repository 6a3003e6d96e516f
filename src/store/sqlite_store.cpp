#include "store/sqlite_store.hpp"

#include <csignal>

namespace mxpulse::store {

SqliteStore::SqliteStore(net::Loop& loop, const Clock& clock, std::unique_ptr<StoreFile> file)
    : loop_(loop), clock_(clock), file_(std::move(file)) {
  // Signals are the loop's: a new thread inherits what its maker blocks.
  sigset_t all{};
  sigset_t before{};
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { work(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

SqliteStore::~SqliteStore() {
  end();
  *alive_ = false;
}

void SqliteStore::write(std::shared_ptr<const Batch> batch, Done done) {
  {
    const std::lock_guard lock(mutex_);
    job_ = Job{std::move(batch), std::move(done)};
  }
  changed_.notify_all();
}

void SqliteStore::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return job_ || ending_; });
    if (!job_) return;
    const Job job = *std::exchange(job_, std::nullopt);
    writing_ = true;
    lock.unlock();
    Written written = file_->write(*job.batch, clock_.now().system);
    for (const std::string& note : file_->take_notes()) written.why += (written.why.empty() ? "" : "; ") + note;
    lock.lock();
    writing_ = false;
    untold_ = written;
    changed_.notify_all();
    loop_.post([this, alive = alive_, done = job.done] {
      if (!*alive) return;
      if (const auto ended = take_untold()) done(*ended);
    });
  }
}

std::optional<Written> SqliteStore::take_untold() {
  const std::lock_guard lock(mutex_);
  return std::exchange(untold_, std::nullopt);
}

std::optional<Written> SqliteStore::untold(Duration patience) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [this] { return !job_ && !writing_; });
  }
  return take_untold();
}

void SqliteStore::end() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Written SqliteStore::finish(const Batch& batch) {
  end();
  return file_->write(batch, clock_.now().system);
}

}  // namespace mxpulse::store
