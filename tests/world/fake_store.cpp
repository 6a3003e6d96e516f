#include "world/fake_store.hpp"

namespace mxpulse::test {
namespace {

constexpr auto kWriteTime = std::chrono::milliseconds(30);  // fsync(2)

}  // namespace

void FakeDisk::take(const Batch& batch) {
  if (batch.everything) *this = FakeDisk{};  // and has room
  taken_ = batch.changed.taken;
  orderly_ = batch.changed.orderly;
  for (const auto& one : batch.addresses_gone) addresses_.erase(one);
  for (const auto& one : batch.destinations_gone) destinations_.erase(one);
  for (const auto& one : batch.bounces_gone) bounces_.erase(one);
  for (const auto& one : batch.courses_gone) courses_.erase(one);
  for (const auto& one : batch.histories_gone) histories_.erase(one);
  for (const auto& one : batch.changed.courses) courses_[one.destination] = one;
  for (const auto& one : batch.changed.histories) histories_[one.destination] = one;
  for (const auto& one : batch.changed.addresses) addresses_[one.address] = one;
  for (const auto& one : batch.changed.destinations) destinations_[one.name] = one;
  for (const auto& one : batch.changed.bounces) bounces_[one.destination] = one;
  for (const auto& one : batch.changed.positions) positions_[one.feed] = one.position;
}

Saved FakeDisk::load() const {
  Saved saved;
  saved.taken = taken_;
  saved.orderly = orderly_;
  for (const auto& [key, one] : addresses_) saved.addresses.push_back(one);
  for (const auto& [key, one] : destinations_) saved.destinations.push_back(one);
  for (const auto& [key, one] : bounces_) saved.bounces.push_back(one);
  for (const auto& [key, one] : courses_) saved.courses.push_back(one);
  for (const auto& [key, one] : histories_) saved.histories.push_back(one);
  for (const auto& [feed, position] : positions_) saved.positions.push_back({feed, position});
  return saved;
}

const SavedAddress* FakeDisk::find(const Address& address) const {
  const auto found = addresses_.find(address);
  return found == addresses_.end() ? nullptr : &found->second;
}

const SavedDestination* FakeDisk::find(const DomainName& name) const {
  const auto found = destinations_.find(name);
  return found == destinations_.end() ? nullptr : &found->second;
}

FakeStore::FakeStore(Alarms& alarms, FakeDisk& disk) : disk_(disk), written_(alarms.make([this] { finish(); })) {}

void FakeStore::write(std::shared_ptr<const Batch> batch, Done done) {
  batch_ = std::move(batch);
  done_ = std::move(done);
  written_->start_once(kWriteTime);
}

void FakeStore::finish() {
  const auto batch = std::exchange(batch_, nullptr);
  const auto done = std::exchange(done_, nullptr);
  if (disk_.is_full()) return done({WriteEnd::kFailed, "database or disk is full"});
  disk_.take(*batch);
  done({WriteEnd::kTaken, ""});
}

}  // namespace mxpulse::test
