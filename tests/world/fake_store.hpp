// A disk that outlasts the machine, and the store that writes to it: a batch is there whole or not at all.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mxpulse/alarm.hpp"
#include "mxpulse/store.hpp"

namespace mxpulse::test {

class FakeDisk {
 public:
  void take(const Batch& batch);
  Saved load() const;
  const SavedAddress* find(const Address& address) const;
  const SavedDestination* find(const DomainName& name) const;

  void set_full(bool full) { full_ = full; }
  bool is_full() const { return full_; }

  // Called after each batch that it took.
  void on_taken(std::function<void(const Batch&)> taken) { on_taken_.push_back(std::move(taken)); }

 private:
  struct Rows {
    Now taken{};
    bool orderly = false;
    std::map<Address, SavedAddress> addresses;
    std::map<DomainName, SavedDestination> destinations;
    std::map<DomainName, SavedBounces> bounces;
    std::map<DomainName, SavedCourse> courses;
    std::map<DomainName, SavedHistory> histories;
    std::map<std::string, std::string> positions;
  };

  Rows rows_;
  bool full_ = false;
  std::vector<std::function<void(const Batch&)>> on_taken_;
};

// Destroying it loses the batch under way, as a kill does.
class FakeStore final : public Store {
 public:
  FakeStore(Alarms& alarms, FakeDisk& disk);
  void write(std::shared_ptr<const Batch> batch, Done done) override;

 private:
  void finish();

  FakeDisk& disk_;
  std::shared_ptr<const Batch> batch_;
  Done done_;
  std::unique_ptr<Alarm> written_;
};

}  // namespace mxpulse::test
