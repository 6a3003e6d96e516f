#include "daemon/keeper.hpp"

#include <algorithm>

namespace mxpulse::daemon {

Keeper::Keeper(Alarms& alarms, const Clock& clock, Store& store, std::vector<Kept*> parts, Observer& observer)
    : clock_(clock), store_(store), parts_(std::move(parts)), observer_(observer), wake_(alarms.make([this] { write(); })) {
  for (Kept* part : parts_) part->begin_keeping();
  wake_->start_once(kKeepInterval);
}

void Keeper::when_written(Store::Done done) {
  waiting_.push_back(std::move(done));
  if (!under_way_ && !failing_) wake_->start_once(Duration(0));
}

void Keeper::write() {
  Batch batch = gather(false);
  waiting_on_.insert(waiting_on_.end(), waiting_.begin(), waiting_.end());
  waiting_.clear();
  if (batch.empty()) {
    tell_waiting({WriteEnd::kTaken, ""});
    return wake_->start_once(kKeepInterval);
  }
  under_way_ = std::make_shared<const Batch>(std::move(batch));
  store_.write(under_way_, [this](const Written& written) { ended(written); });
}

void Keeper::ended(const Written& written) {
  const auto written_now = std::exchange(under_way_, nullptr);
  const Batch& batch = *written_now;
  const bool taken = written.end == WriteEnd::kTaken;
  failing_ = !taken;
  if (written.end == WriteEnd::kEverythingWanted) everything_ = true;
  if (taken) everything_ = false;
  for (Kept* part : parts_) taken ? part->written(batch) : part->not_written(batch);
  if (!written.why.empty() || !last_why_.empty()) observer_.store_wrote(taken, written.why, clock_.now());
  last_why_ = written.why;
  if (written.end != WriteEnd::kEverythingWanted) tell_waiting(written);
  const bool awaited = taken && !waiting_.empty();
  wake_->start_once(written.end == WriteEnd::kFailed ? Duration(kKeepRetry) : awaited ? Duration(0) : Duration(kKeepInterval));
}

void Keeper::tell_waiting(const Written& written) {
  for (const Store::Done& tell : std::exchange(waiting_on_, {})) tell(written);
}

Batch Keeper::last(const std::optional<Written>& under_way) {
  if (under_way_ && under_way) ended(*under_way);
  wake_->stop();
  // Nobody knows what will become of the batch under way, or what a store that comes back only now wants.
  if (under_way_ || failing_) everything_ = true;
  return gather(true);
}

Batch Keeper::gather(bool orderly) {
  Batch batch;
  batch.everything =
      everything_ || std::any_of(parts_.begin(), parts_.end(), [](const Kept* part) { return part->lost_count(); });
  everything_ = batch.everything;
  batch.changed.orderly = orderly;
  batch.changed.taken = clock_.now();
  for (Kept* part : parts_) part->gather(batch);
  return batch;
}

}  // namespace mxpulse::daemon
