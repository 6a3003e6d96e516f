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
  changed_.notify_one();
}

void SqliteStore::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return job_ || ending_; });
    if (!job_) return;
    const Job job = *std::exchange(job_, std::nullopt);
    lock.unlock();
    Written written = file_->write(*job.batch, clock_.now().system);
    for (const std::string& note : file_->take_notes()) written.why += (written.why.empty() ? "" : "; ") + note;
    loop_.post([alive = alive_, done = job.done, written] {
      if (*alive) done(written);
    });
    lock.lock();
  }
}

void SqliteStore::end() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

Written SqliteStore::finish(const Batch& batch) {
  end();
  return file_->write(batch, clock_.now().system);
}

}  // namespace mxpulse::store
