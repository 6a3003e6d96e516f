#include "world/fake_mta.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace mxpulse::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kTableWritten = 300ms;     // postmap(1), and the rename
constexpr auto kTableLooked = 10s;        // trivial-rewrite(8) looks for another file so often
constexpr auto kResolverRemembers = 30s;  // qmgr(8)
constexpr auto kListed = 100ms;           // postqueue(1)
constexpr auto kBackoffMin = 300s;        // minimal_backoff_time
constexpr auto kBackoffMax = 4000s;       // maximal_backoff_time
constexpr auto kLifetime = std::chrono::hours(24 * 5);
constexpr Limits kLimits{30s, 300s};  // smtp_connect_timeout, smtp_helo_timeout

// What smtp(8) writes in the brackets of status=...
std::string words(const ProbeResult& result, const std::string& host, const Address& address) {
  const std::string peer = host + "[" + address.text() + "]";
  switch (result.cause) {
    case Cause::kTimeout: return "connect to " + peer + ":25: Connection timed out";
    case Cause::kRefused: return "connect to " + peer + ":25: Connection refused";
    case Cause::kUnreachable: return "connect to " + peer + ":25: No route to host";
    case Cause::kSilent: return "conversation with " + peer + " timed out while receiving the initial server greeting";
    case Cause::kDropped: return "lost connection with " + peer + " while receiving the initial server greeting";
    default: return "host " + peer + " refused to talk to me: " + result.greeting;
  }
}

}  // namespace

class FakeMta::Table final : public gate::HoldTable {
 public:
  explicit Table(FakeMta& mta) : mta_(mta), written_(mta.time_.make([this] { finish(); })) {}

  void write(const std::set<DomainName>& held, OnWritten on_written) override {
    held_ = held;
    waiting_.push_back(std::move(on_written));
    written_->start_once(kTableWritten);
  }
  Result<bool> clear_now() override {
    if (mta_.table_stuck_) return Result<bool>::failure("hold: No space left on device");
    written_->stop();
    mta_.table_.clear();
    return true;
  }
  bool holds_somebody() const override { return !mta_.table_.empty(); }

 private:
  void finish() {
    const auto waiting = std::exchange(waiting_, {});
    if (!mta_.table_stuck_) mta_.table_ = held_;
    const auto done = mta_.table_stuck_ ? Result<bool>::failure("hold: No space left on device") : Result<bool>(true);
    for (const auto& tell : waiting) tell(done);
  }

  FakeMta& mta_;
  std::set<DomainName> held_;
  std::vector<OnWritten> waiting_;
  std::unique_ptr<Alarm> written_;
};

class FakeMta::Queue final : public gate::MailQueue {
 public:
  explicit Queue(FakeMta& mta) : mta_(mta) {}

  void list(const std::set<DomainName>& wanted, const std::set<DomainName>& /*leave_out*/, OnListed on_listed) override {
    listed_ = mta_.time_.make([this, wanted, on_listed = std::move(on_listed)] {
      gate::Waiting waiting;
      for (const auto& [id, message] : mta_.queue_)
        if (!message->active && wanted.contains(message->destination)) waiting[message->destination].push_back(id);
      on_listed(std::move(waiting));
    });
    listed_->start_once(kListed);
  }

  void push(const std::vector<std::string>& ids, OnPushed on_pushed) override {
    for (const std::string& id : ids) {
      const auto found = mta_.queue_.find(id);
      if (found != mta_.queue_.end() && !found->second->active) mta_.attempt(*found->second, true);
    }
    if (on_pushed) on_pushed(true);
  }

 private:
  FakeMta& mta_;
  std::unique_ptr<Alarm> listed_;
};

void FakeMta::submit(const DomainName& destination) {
  auto message = std::make_unique<Message>();
  message->id = next_id();
  message->destination = destination;
  message->arrived = time_.now().steady;
  Message& queued = *message;
  queue_.emplace(queued.id, std::move(message));
  attempt(queued, false);
}

std::size_t FakeMta::queued(const DomainName& destination, SteadyTime before) const {
  return static_cast<std::size_t>(std::count_if(queue_.begin(), queue_.end(), [&](const auto& one) {
    return one.second->destination == destination &&
           (before == SteadyTime::max() || (!one.second->active && !one.second->answered && one.second->tried < before));
  }));
}

std::size_t FakeMta::delivered(const DomainName& destination) const {
  const auto found = delivered_.find(destination);
  return found == delivered_.end() ? 0 : found->second;
}

SteadyTime FakeMta::last_attempt(const DomainName& destination) const {
  const auto found = last_attempts_.find(destination);
  return found == last_attempts_.end() ? SteadyTime{} : found->second;
}

bool FakeMta::sees_held(const DomainName& destination) {
  const SteadyTime now = time_.now().steady;
  if (!read_at_ || now - *read_at_ >= kTableLooked) {
    read_table_ = table_;
    read_at_ = now;
  }
  auto& [held, until] = resolved_[destination];
  if (until <= now) {
    held = read_table_.contains(destination);
    until = now + kResolverRemembers;
  }
  return held;
}

// Tries every address a sender would until one takes it, and logs the last. Flushed by hand it is tried though its transport is
// one of defer_transports (postconf(5)).
void FakeMta::attempt(Message& message, bool forced) {
  message.retry.reset();
  const std::string head = ": to=<user@" + message.destination.text() + ">, ";
  if (!forced && sees_held(message.destination)) {
    defer(message);
    return write_log(stamp() + "postfix/error[7]: " + message.id + head +
                     "relay=none, delay=1, delays=1/0/0/0, dsn=4.3.2, status=deferred (deferred transport)");
  }
  message.active = true;
  attempts_.push_back({time_.now().steady, message.destination});
  last_attempts_[message.destination] = time_.now().steady;
  Duration took{0};
  std::string line = head +
                     "relay=none, delay=1, delays=1/0/0/0, dsn=4.4.3, status=deferred (Host or domain name not found. "
                     "Name service error for name=" +
                     message.destination.text() + " type=MX: Host not found, try again)";
  bool sent = false;
  bool nobody = true;
  for (const auto& [host, address] : dns_.sender_finds(std::string(message.destination.text()))) {
    const Met met = meet(network_.met_by_mta(address), address, kLimits);
    took += met.after;
    const bool connected = met.result.connect_time.has_value() && outcome(met.result.cause) == Outcome::kAnswered;
    sent = met.result.cause == Cause::kReady;
    nobody = !connected;
    const std::string relay = connected ? host + "[" + address.text() + "]:25" : "none";
    line = head + "relay=" + relay + ", delay=1, delays=1/0/0/0, ";
    line += sent ? "dsn=2.0.0, status=sent (250 2.0.0 Ok)"
                 : std::string(connected ? "dsn=4.0.0" : "dsn=4.4.1") + ", status=deferred (" + words(met.result, host, address) +
                       ")";
    if (sent) break;
  }
  message.attempt = time_.make([this, id = message.id, destination = message.destination, line, sent, nobody] {
    const std::string text = stamp() + "postfix/smtp[7]: " + id + line;
    if (nobody && on_bounce_) on_bounce_(destination);
    ended(id, sent, !nobody);
    write_log(text);
  });
  message.attempt->start_once(took);
}

void FakeMta::defer(Message& message) {
  message.backoff = message.backoff == Duration(0) ? Duration(kBackoffMin) : std::min<Duration>(2 * message.backoff, kBackoffMax);
  message.retry = time_.make([this, id = message.id] { attempt(*queue_.at(id), false); });
  message.retry->start_once(message.backoff);
}

void FakeMta::ended(const std::string& id, bool sent, bool answered) {
  const auto found = queue_.find(id);
  Message& message = *found->second;
  message.active = false;
  message.tried = time_.now().steady;
  message.answered = answered;
  if (sent) ++delivered_[message.destination];
  const bool over = sent || time_.now().steady - message.arrived > kLifetime;
  if (!over) return defer(message);
  const auto gone = queue_.extract(found);
}

void FakeMta::write_log(std::string line) {
  log_.push_back(std::move(line));
  if (on_line_) on_line_();
}

std::string FakeMta::stamp() const {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time_.now().system);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 40> text{};
  const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S+00:00 mail ", &parts);
  return std::string(text.data(), length);
}

std::string FakeMta::bounce_line(const DomainName& destination, const std::string& host, const Address& address,
                                 const std::string& why) {
  return stamp() + "postfix/smtp[7]: " + next_id() + ": to=<user@" + destination.text() +
         ">, relay=none, delay=30, delays=0/0/30/0, dsn=4.4.1, status=deferred (connect to " + host + "[" + address.text() +
         "]:25: " + why + ")";
}

std::string FakeMta::next_id() {
  std::string digits = std::to_string(++messages_);
  return "4F" + std::string(8 - std::min<std::size_t>(8, digits.size()), '0') + digits;
}

std::vector<gate::Mta> FakeMta::make(const gate::MtaOptions& options, const OnFailure& /*on_failure*/) {
  std::vector<gate::Mta> mtas;
  if (options.files.none()) return mtas;
  gate::Mta& mta = mtas.emplace_back(gate::Mta{"postfix", {}, std::make_unique<Queue>(*this)});
  mta.tables.push_back(std::make_unique<Table>(*this));
  return mtas;
}

Result<gate::Mtas::Guard> FakeMta::guard(const gate::HoldFiles& /*files*/) { return Guard(); }

}  // namespace mxpulse::test
