// The world's DNS, and the one server that we ask.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "dns/server.hpp"
#include "mxpulse/alarm.hpp"
#include "support/dns_wire.hpp"

namespace mxpulse::test {

enum class DnsFault : std::uint8_t { kNone, kServerFailure, kRefused, kNoReply };

class FakeDns {
 public:
  explicit FakeDns(Alarms& alarms) : alarms_(alarms) {}

  // What stood at the name before goes. An empty host is the null MX.
  void set_mx(const std::string& name, const std::vector<std::pair<std::uint16_t, std::string>>& hosts);
  void set_addresses(const std::string& name, const std::vector<Address>& addresses);
  void set_alias(const std::string& name, const std::string& target);
  void forget(const std::string& name);
  // From now on this name alone fails.
  void set_fault(const std::string& name, DnsFault fault) { faults_[name] = fault; }
  // These bytes, after the header's id, instead of any answer.
  void set_raw(const std::string& name, Bytes bytes) { raw_[name] = std::move(bytes); }
  // Our server itself.
  void set_down(bool down) { down_ = down; }
  // Our machine has no socket left to ask it by.
  void set_without_socket(bool without) { without_socket_ = without; }
  // Nobody can be looked up by us.
  bool in_trouble() const { return down_ || without_socket_; }
  void set_ttl(std::uint32_t seconds) { ttl_ = seconds; }

  // What a sender finds for the name now, by preference; it has a resolver of its own. Empty: it could not find any.
  std::vector<std::pair<std::string, Address>> sender_finds(const std::string& destination) const;

  std::unique_ptr<dns::Server> server();
  // Of ours, not answered yet.
  std::size_t questions() const { return questions_; }

 private:
  class OurServer;

  struct Records {
    std::vector<std::pair<std::uint16_t, std::string>> mx;
    std::vector<Address> addresses;
    std::string alias;
  };

  Bytes answer(const std::string& name, int type) const;
  bool fails(const std::string& name) const;

  Alarms& alarms_;
  std::map<std::string, Records> records_;
  std::map<std::string, DnsFault> faults_;
  std::map<std::string, Bytes> raw_;
  std::size_t questions_ = 0;
  bool down_ = false;
  bool without_socket_ = false;
  std::uint32_t ttl_ = 60;
};

}  // namespace mxpulse::test
