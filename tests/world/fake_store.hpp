// A disk that outlasts the machine, and the store that writes to it: a batch is there whole or not at all.
#pragma once

#include <map>
#include <memory>
#include <string>

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

 private:
  Now taken_{};
  bool orderly_ = false;
  bool full_ = false;
  std::map<Address, SavedAddress> addresses_;
  std::map<DomainName, SavedDestination> destinations_;
  std::map<DomainName, SavedBounces> bounces_;
  std::map<DomainName, SavedCourse> courses_;
  std::map<DomainName, SavedHistory> histories_;
  std::map<std::string, std::string> positions_;
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
