// Mail hosts by address, as they behave now, and a prober that meets them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mxpulse/alarm.hpp"
#include "mxpulse/prober.hpp"
#include "probe/banner_probe.hpp"
#include "world/fake_time.hpp"

namespace mxpulse::test {

// What a host does with a connection attempt, and what it says when it takes it.
struct HostBehaviour {
  enum class Connects : std::uint8_t { kStands, kNever, kFails, kFailsHere };
  enum class Ends : std::uint8_t { kStays, kCloses, kResets };
  struct Says {
    Duration after{0};  // the piece before it, or the handshake
    std::string bytes;
  };

  Connects connects = Connects::kNever;
  int error = 0;  // the errno of kFails and kFailsHere
  Duration connect_time = std::chrono::milliseconds(20);
  std::vector<Says> says;
  Ends ends = Ends::kStays;

  static HostBehaviour greeting(std::string bytes) {
    HostBehaviour host;
    host.connects = Connects::kStands;
    host.says = {{std::chrono::milliseconds(20), std::move(bytes)}};
    return host;
  }
  static HostBehaviour failing(Connects connects, int error = 0) {
    HostBehaviour host;
    host.connects = connects;
    host.error = error;
    return host;
  }
};

struct Limits {
  Duration connect;
  Duration greeting;
};

struct Met {
  ProbeResult result;
  Duration after{0};  // the attempt began
};

// One conversation from beginning to end; the greeting is read, and its end judged, by the code of production.
Met meet(const HostBehaviour& host, const Address& address, Limits limits);

class FakeNetwork {
 public:
  struct Connect {
    SteadyTime at;
    Address to;
  };

  explicit FakeNetwork(FakeTime& time) : time_(time) {}

  void set_host(const Address& address, HostBehaviour behaviour) { hosts_[address] = std::move(behaviour); }
  // To us alone it behaves like this; the MTA, at another address, meets set_host()'s. Nothing: as to everybody.
  void set_host_for_us(const Address& address, std::optional<HostBehaviour> behaviour);
  // Every attempt of ours ends like this, whoever is asked: our port 25 is blocked, our descriptors are used up.
  void set_our_trouble(std::optional<HostBehaviour> behaviour);
  bool in_trouble() const { return our_trouble_.has_value(); }
  SteadyTime trouble_since() const { return trouble_since_; }
  unsigned troubles_ended() const { return troubles_ended_; }

  HostBehaviour met_by_us(const Address& address) const;
  HostBehaviour met_by_mta(const Address& address) const;

  void connected(const Address& to) { connects_.push_back({time_.now().steady, to}); }
  const std::vector<Connect>& connects() const { return connects_; }

  FakeTime& time() { return time_; }

 private:
  FakeTime& time_;
  std::map<Address, HostBehaviour> hosts_;
  std::map<Address, HostBehaviour> for_us_;
  std::optional<HostBehaviour> our_trouble_;
  SteadyTime trouble_since_{};
  unsigned troubles_ended_ = 0;
  std::vector<Connect> connects_;
};

class FakeProber final : public Prober {
 public:
  FakeProber(FakeNetwork& network, probe::Options options, ProbeListener& listener)
      : network_(network), options_(std::move(options)), listener_(listener) {}

  void set_options(probe::Options options) { options_ = std::move(options); }
  void probe(const Address& address) override;
  std::size_t in_flight() const override { return asked_.size(); }

 private:
  FakeNetwork& network_;
  probe::Options options_;
  ProbeListener& listener_;
  std::map<Address, std::unique_ptr<Alarm>> asked_;
};

}  // namespace mxpulse::test
