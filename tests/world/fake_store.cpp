#include "world/fake_store.hpp"

#include <cassert>

namespace mxpulse::test {
namespace {

constexpr auto kWriteTime = std::chrono::milliseconds(30);  // fsync(2)

}  // namespace

void FakeDisk::take(const Batch& batch) {
  if (batch.everything) rows_ = Rows{};
  rows_.taken = batch.changed.taken;
  rows_.orderly = batch.changed.orderly;
  for (const auto& one : batch.addresses_gone) rows_.addresses.erase(one);
  for (const auto& one : batch.destinations_gone) rows_.destinations.erase(one);
  for (const auto& one : batch.bounces_gone) rows_.bounces.erase(one);
  for (const auto& one : batch.courses_gone) rows_.courses.erase(one);
  for (const auto& one : batch.histories_gone) rows_.histories.erase(one);
  for (const auto& one : batch.changed.courses) rows_.courses[one.destination] = one;
  for (const auto& one : batch.changed.histories) rows_.histories[one.destination] = one;
  for (const auto& one : batch.changed.addresses) rows_.addresses[one.address] = one;
  for (const auto& one : batch.changed.destinations) rows_.destinations[one.name] = one;
  for (const auto& one : batch.changed.bounces) rows_.bounces[one.destination] = one;
  for (const auto& one : batch.changed.positions) rows_.positions[one.feed] = one.position;
  for (const auto& tell : on_taken_) tell(batch);
}

Saved FakeDisk::load() const {
  Saved saved;
  saved.taken = rows_.taken;
  saved.orderly = rows_.orderly;
  for (const auto& [key, one] : rows_.addresses) saved.addresses.push_back(one);
  for (const auto& [key, one] : rows_.destinations) saved.destinations.push_back(one);
  for (const auto& [key, one] : rows_.bounces) saved.bounces.push_back(one);
  for (const auto& [key, one] : rows_.courses) saved.courses.push_back(one);
  for (const auto& [key, one] : rows_.histories) saved.histories.push_back(one);
  for (const auto& [feed, position] : rows_.positions) saved.positions.push_back({feed, position});
  return saved;
}

const SavedAddress* FakeDisk::find(const Address& address) const {
  const auto found = rows_.addresses.find(address);
  return found == rows_.addresses.end() ? nullptr : &found->second;
}

const SavedDestination* FakeDisk::find(const DomainName& name) const {
  const auto found = rows_.destinations.find(name);
  return found == rows_.destinations.end() ? nullptr : &found->second;
}

FakeStore::FakeStore(Alarms& alarms, FakeDisk& disk) : disk_(disk), written_(alarms.make([this] { finish(); })) {}

void FakeStore::write(std::shared_ptr<const Batch> batch, Done done) {
  assert(!batch_ && "one batch at a time");
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
