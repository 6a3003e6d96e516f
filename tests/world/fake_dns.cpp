#include "world/fake_dns.hpp"

#include <algorithm>

namespace mxpulse::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kAnswerTime = 20ms;
constexpr auto kGivesUp = 6s;  // two tries of 2 s, the second twice as long

Bytes message(const std::string& asked, int type, int rcode, const std::vector<Bytes>& answers,
              const std::vector<Bytes>& authority) {
  Bytes bytes = number(0, 2);
  bytes << number(0x8580u | static_cast<unsigned>(rcode), 2) << number(1, 2) << number(static_cast<unsigned>(answers.size()), 2)
        << number(static_cast<unsigned>(authority.size()), 2) << number(0, 2) << name(asked)
        << number(static_cast<unsigned>(type), 2) << number(1, 2);
  for (const auto& one : answers) bytes << one;
  for (const auto& one : authority) bytes << one;
  return bytes;
}

}  // namespace

class FakeDns::OurServer final : public dns::Server {
 public:
  explicit OurServer(FakeDns& dns) : dns_(dns) {}
  ~OurServer() override { dns_.questions_ -= waiting_.size(); }
  OurServer(const OurServer&) = delete;
  OurServer& operator=(const OurServer&) = delete;

  void ask(const std::string& name, int type, Done done) override {
    const std::string asked = name == "." ? "" : name;
    const auto fault = dns_.faults_.find(asked);
    if (dns_.without_socket_) return tell({}, true, Duration(0), std::move(done));
    const bool no_reply = dns_.down_ || (fault != dns_.faults_.end() && fault->second == DnsFault::kNoReply);
    no_reply ? tell({}, false, kGivesUp, std::move(done)) : tell(dns_.answer(asked, type), false, kAnswerTime, std::move(done));
  }

 private:
  void tell(Bytes bytes, bool lacked_socket, Duration after, Done done) {
    const std::uint64_t id = ++asked_;
    auto alarm = dns_.alarms_.make([this, id, lacked_socket, bytes = std::move(bytes), done = std::move(done)] {
      const auto mine = waiting_.extract(id);
      --dns_.questions_;
      done({bytes, lacked_socket});
    });
    alarm->start_once(after);
    waiting_.emplace(id, std::move(alarm));
    ++dns_.questions_;
  }

  FakeDns& dns_;
  std::uint64_t asked_ = 0;
  std::map<std::uint64_t, std::unique_ptr<Alarm>> waiting_;
};

void FakeDns::set_mx(const std::string& name, const std::vector<std::pair<std::uint16_t, std::string>>& hosts) {
  records_[name].mx = hosts;
}

void FakeDns::set_addresses(const std::string& name, const std::vector<Address>& addresses) {
  records_[name].addresses = addresses;
}

void FakeDns::set_alias(const std::string& name, const std::string& target) { records_[name].alias = target; }

void FakeDns::forget(const std::string& name) {
  records_.erase(name);
  faults_.erase(name);
  raw_.erase(name);
}

Bytes FakeDns::answer(const std::string& asked, int type) const {
  if (const auto raw = raw_.find(asked); raw != raw_.end()) {
    Bytes bytes = number(0, 2);
    return bytes << raw->second;
  }
  if (const auto fault = faults_.find(asked); fault != faults_.end() && fault->second != DnsFault::kNone)
    return message(asked, type, fault->second == DnsFault::kRefused ? 5 : 2, {}, {});
  std::vector<Bytes> answers;
  std::string owner = asked;
  auto found = records_.find(owner);
  for (int aliases = 0; aliases < 20 && found != records_.end() && !found->second.alias.empty(); ++aliases) {
    answers.push_back(cname(owner, found->second.alias, ttl_));
    owner = found->second.alias;
    found = records_.find(owner);
  }
  if (found == records_.end()) {
    const bool above = asked.find('.') == std::string::npos;  // the root and top-level names are there
    return message(asked, type, answers.empty() && !above ? 3 : 0, answers, {soa("example", 60)});
  }
  if (type == kMx)
    for (const auto& [preference, host] : found->second.mx) answers.push_back(mx(owner, preference, host, ttl_));
  for (const Address& address : found->second.addresses)
    if ((type == kA && address.family == Family::kIPv4) || (type == kAaaa && address.family == Family::kIPv6))
      answers.push_back(a(owner, address, ttl_));
  std::vector<Bytes> authority;
  if (answers.empty()) authority.push_back(soa("example", 60));
  return message(asked, type, 0, answers, authority);
}

bool FakeDns::fails(const std::string& name) const {
  const auto fault = faults_.find(name);
  return fault != faults_.end() && fault->second != DnsFault::kNone;
}

std::vector<std::pair<std::string, Address>> FakeDns::sender_finds(const std::string& destination) const {
  std::vector<std::pair<std::string, Address>> found;
  const auto records = records_.find(destination);
  if (records == records_.end() || fails(destination)) return found;
  auto hosts = records->second.mx;
  if (hosts.empty()) hosts.emplace_back(std::uint16_t{0}, destination);
  std::stable_sort(hosts.begin(), hosts.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [preference, host] : hosts) {
    const auto at = records_.find(host);
    if (at == records_.end() || fails(host)) continue;
    for (const Address& address : at->second.addresses) found.emplace_back(host, address);
  }
  return found;
}

std::unique_ptr<dns::Server> FakeDns::server() { return std::make_unique<OurServer>(*this); }

}  // namespace mxpulse::test
