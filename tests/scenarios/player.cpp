#include "scenarios/player.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <sstream>

#include "config/duration.hpp"
#include "config/load.hpp"

namespace mxpulse::test {
namespace {

using namespace std::chrono_literals;
using Connects = HostBehaviour::Connects;
using Ends = HostBehaviour::Ends;

// Addresses for documentation are hosts like any other here; nobody vouches for us unless a scenario says who.
const std::string kBase = R"([probe]
allow = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"]
[vantage]
controls = []
[watch]
bounces = 1
[gate]
mode = "enforce"
[gate.postfix]
table = "hash:/hold"
[log]
level = "debug"
)";

constexpr auto kTurn = 1s;  // between two looks of the auditor

const std::map<std::string, int> kErrors{{"ECONNREFUSED", ECONNREFUSED},
                                         {"EHOSTUNREACH", EHOSTUNREACH},
                                         {"ENETUNREACH", ENETUNREACH},
                                         {"ETIMEDOUT", ETIMEDOUT},
                                         {"ECONNRESET", ECONNRESET},
                                         {"EMFILE", EMFILE},
                                         {"ENFILE", ENFILE},
                                         {"ENOBUFS", ENOBUFS},
                                         {"ENOMEM", ENOMEM},
                                         {"EADDRNOTAVAIL", EADDRNOTAVAIL},
                                         {"EPERM", EPERM},
                                         {"EACCES", EACCES},
                                         {"EAFNOSUPPORT", EAFNOSUPPORT},
                                         {"EHOSTDOWN", EHOSTDOWN}};

// A scenario's own section follows the base's of the same name: its keys win, line by line.
std::string merged(const std::string& base, const std::string& own) {
  std::vector<std::pair<std::string, std::vector<std::string>>> sections;
  const auto take = [&](const std::string& text) {
    std::istringstream lines(text);
    std::vector<std::string>* section = nullptr;
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("[")) {
        const bool repeats = line.starts_with("[[");
        const auto found = std::find_if(sections.begin(), sections.end(), [&](const auto& one) { return one.first == line; });
        section =
            found == sections.end() || repeats ? &sections.emplace_back(line, std::vector<std::string>()).second : &found->second;
      } else if (section != nullptr && !line.empty()) {
        const std::string key = line.substr(0, line.find('='));
        std::erase_if(*section, [&](const std::string& one) { return one.substr(0, one.find('=')) == key; });
        section->push_back(line);
      }
    }
  };
  take(base);
  take(own);
  std::string text;
  for (const auto& [name, lines] : sections) {
    text += name + "\n";
    for (const auto& line : lines) text += line + "\n";
  }
  return text;
}

}  // namespace

Player::Player()
    : auditor_(world_, [this](const std::string& promise, const std::string& how) {
        if (broken_.empty()) broken_ = promise + ": " + how;
      }) {
  world_.mta.on_bounce([this](const DomainName& name) { auditor_.truly_bounced(name); });
  verbs_ = {{"config", [this] { config(); }},   {"reload", [this] { reload(); }},     {"start", [this] { start(); }},
            {"kill", [this] { kill(); }},       {"stop", [this] { stop(); }},         {"pass", [this] { pass(); }},
            {"clock", [this] { clock(); }},     {"sleep", [this] { clock(); }},       {"mx", [this] { records(); }},
            {"address", [this] { records(); }}, {"alias", [this] { records(); }},     {"ttl", [this] { records(); }},
            {"forget", [this] { records(); }},  {"dns", [this] { fault(); }},         {"resolver", [this] { fault(); }},
            {"host", [this] { host(); }},       {"network", [this] { network(); }},   {"table", [this] { fault(); }},
            {"disk", [this] { fault(); }},      {"bounce", [this] { bounce(); }},     {"mail", [this] { mail(); }},
            {"log", [this] { log_line(); }},    {"expect", [this] { expectation(); }}};
}

Player::~Player() = default;

void Player::play(const Step& step) {
  step_ = &step;
  const auto verb = verbs_.find(word(0));
  if (verb == verbs_.end()) fail("there is no step \"" + word(0) + "\"");
  verb->second();
  auditor_.look();
  if (!broken_.empty()) fail("a promise is broken: " + broken_);
}

void Player::end() {
  if (machine_) auditor_.look_closely();
  auditor_.check_texts();
  if (!broken_.empty()) fail("a promise is broken: " + broken_);
}

const std::string& Player::word(std::size_t at) const {
  if (!has(at)) fail("a word is missing");
  return step_->words[at];
}

DomainName Player::domain(std::size_t at) const {
  const auto name = DomainName::parse(word(at));
  if (!name) fail("\"" + word(at) + "\" is no domain: " + name.why());
  return *name;
}

Address Player::address(std::size_t at) const {
  const auto parsed = Address::parse(word(at));
  if (!parsed) fail("\"" + word(at) + "\" is no address");
  return *parsed;
}

Duration Player::duration(std::size_t at) const {
  const auto parsed = config::parse_duration(word(at));
  if (!parsed) fail("\"" + word(at) + "\" is no duration");
  return *parsed;
}

std::size_t Player::number(std::size_t at) const {
  const std::string& text = word(at);
  if (text.empty() || !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
    fail("\"" + text + "\" is no number");
  return std::stoul(text);
}

void Player::fail(const std::string& why) const { throw ScriptError(step_ == nullptr ? 0 : step_->line, why); }

void Player::expect(const std::string& what, const std::string& seen, const std::string& wanted) const {
  if (seen != wanted) fail(what + ": expected " + wanted + ", seen " + seen);
}

void Player::expect_number(const std::string& what, double seen, std::size_t at) const {
  const bool least = is(at, ">=");
  const bool most = is(at, "<=");
  const double wanted = static_cast<double>(number(at + (least || most ? 1 : 0)));
  const bool met = least ? seen >= wanted : most ? seen <= wanted : std::abs(seen - wanted) < 1e-9;
  if (!met)
    fail(what + ": expected " +
         (least  ? "at least "
          : most ? "at most "
                 : "") +
         std::to_string(wanted) + ", seen " + std::to_string(seen));
}

void Player::config() {
  if (machine_) fail("it runs already; use reload");
  config_ = step_->block;
}

// A file with an error changes nothing.
void Player::reload() {
  if (!machine_) fail("it does not run");
  auto parsed = config::parse(merged(kBase, step_->block), "scenario.toml");
  if (is(1, "fails")) {
    if (parsed) fail("the file was expected to be refused");
    return machine_->reload_failed(parsed.why());
  }
  if (!parsed) fail(parsed.why());
  machine_->reload(std::move(*parsed));
  auditor_.config_reloaded();
}

void Player::start() {
  if (machine_) fail("it runs already");
  auto parsed = config::parse(merged(kBase, config_), "scenario.toml");
  if (!parsed) fail(parsed.why());
  machine_ = std::make_unique<Machine>(
      world_, std::move(*parsed), ++starts_, auditor_,
      [this](std::string_view line) {
        auditor_.log_line(line);
        log_ += line;
      },
      [this](auto resolver) { return auditor_.wrap(std::move(resolver)); });
  auditor_.started(*machine_);
  machine_->follow_log();
}

// kill; "kill with guard": the process that would empty the table dies too.
void Player::kill() {
  machine_.reset();
  auditor_.gone();
  if (!is(1, "with")) world_.mta.empty_table();
}

void Player::stop() {
  if (!machine_) fail("it does not run");
  machine_->stop();
  machine_.reset();
  auditor_.gone();
}

void Player::pass() {
  const Duration end = world_.time.running() + duration(1);
  while (world_.time.running() < end && broken_.empty()) {
    world_.time.turn(std::min<Duration>(kTurn, end - world_.time.running()));
    auditor_.look();
  }
  if (machine_) auditor_.look_closely();
}

void Player::clock() {
  if (is(0, "sleep")) {
    world_.time.suspend(duration(1));
    return auditor_.slept();
  }
  const std::string by = word(1);
  const auto length = config::parse_duration(by.substr(1));
  if ((by[0] != '+' && by[0] != '-') || !length) fail("write it like clock +2h");
  world_.time.step(by[0] == '+' ? *length : -*length);
}

void Player::records() {
  if (is(0, "ttl")) return world_.dns.set_ttl(static_cast<std::uint32_t>(number(1)));
  if (is(0, "forget")) return world_.dns.forget(word(1));
  if (is(0, "alias")) return world_.dns.set_alias(word(1), word(2));
  if (is(0, "address")) {
    std::vector<Address> addresses;
    for (std::size_t i = 2; has(i); ++i) addresses.push_back(address(i));
    return world_.dns.set_addresses(word(1), addresses);
  }
  std::vector<std::pair<std::uint16_t, std::string>> hosts;
  if (is(2, "null")) hosts.emplace_back(std::uint16_t{0}, "");
  for (std::size_t i = 2; has(i + 1); i += 2) hosts.emplace_back(static_cast<std::uint16_t>(number(i)), word(i + 1));
  world_.dns.set_mx(word(1), hosts);
}

void Player::fault() {
  if (is(0, "resolver")) {
    world_.dns.set_without_socket(is(1, "lacks") && is(2, "socket"));
    return world_.dns.set_down(is(1, "down"));
  }
  if (is(0, "disk")) return world_.disk.set_full(is(1, "full"));
  if (is(0, "table")) return world_.mta.set_table_stuck(is(1, "stuck"));
  if (is(2, "raw")) return world_.dns.set_raw(word(1), Bytes(word(3).begin(), word(3).end()));
  const std::map<std::string, DnsFault> faults{{"servfail", DnsFault::kServerFailure},
                                               {"refused", DnsFault::kRefused},
                                               {"no_reply", DnsFault::kNoReply},
                                               {"works", DnsFault::kNone}};
  const auto found = faults.find(word(2));
  if (found == faults.end()) fail("there is no DNS fault \"" + word(2) + "\"");
  world_.dns.set_fault(word(1), found->second);
}

void Player::host() {
  const Address who = address(1);
  if (is(2, "for") && is(3, "us")) {
    return world_.network.set_host_for_us(who, is(4, "as") ? std::nullopt : std::optional(behaviour(4)));
  }
  world_.network.set_host(who, behaviour(2));
}

HostBehaviour Player::behaviour(std::size_t at) const {
  const std::string& verb = word(at);
  if (verb == "drops") return HostBehaviour::failing(Connects::kNever);
  if (verb == "refuses") return HostBehaviour::failing(Connects::kFails, ECONNREFUSED);
  if (verb == "unreachable") return HostBehaviour::failing(Connects::kFails, EHOSTUNREACH);
  if (verb == "fails" || verb == "fails_here") {
    const auto error = kErrors.find(word(at + 1));
    if (error == kErrors.end()) fail("there is no errno " + word(at + 1));
    return HostBehaviour::failing(verb == "fails" ? Connects::kFails : Connects::kFailsHere, error->second);
  }
  HostBehaviour host;
  host.connects = Connects::kStands;
  if (verb == "silent") return host;
  if (verb == "connects") {  // connects after 20s greets "..."
    host = behaviour(at + 3);
    host.connect_time = duration(at + 2);
    return host;
  }
  if (verb != "greets" && verb != "closes" && verb != "resets" && verb != "repeats") fail("a host cannot \"" + verb + "\"");
  // greets "..." [after D "..."]... [closes|resets];  repeats N D "..."
  for (std::size_t i = at; has(i);) {
    if (is(i, "greets")) {
      host.says.push_back({20ms, word(i + 1)});
      i += 2;
    } else if (is(i, "after")) {
      host.says.push_back({duration(i + 1), word(i + 2)});
      i += 3;
    } else if (is(i, "repeats")) {
      for (std::size_t n = number(i + 1); n > 0; --n) host.says.push_back({duration(i + 2), word(i + 3)});
      i += 4;
    } else if (is(i, "closes") || is(i, "resets")) {
      host.ends = is(i, "closes") ? Ends::kCloses : Ends::kResets;
      ++i;
    } else {
      fail("a host cannot \"" + word(i) + "\"");
    }
  }
  return host;
}

void Player::network() {
  if (is(1, "works")) return world_.network.set_our_trouble({});
  world_.network.set_our_trouble(behaviour(1));
}

// bounce DOMAIN HOST ADDRESS [N] ["words"]: as the MTA's own, N messages.
void Player::bounce() {
  const bool counted = has(4) && word(4).find_first_not_of("0123456789") == std::string::npos;
  const std::string why = has(counted ? 5 : 4) ? word(counted ? 5 : 4) : "Connection timed out";
  auditor_.truly_bounced(domain(1));
  for (std::size_t n = counted ? number(4) : 1; n > 0; --n)
    world_.mta.write_log(world_.mta.bounce_line(domain(1), word(2), address(3), why));
}

void Player::mail() {
  for (std::size_t n = has(2) ? number(2) : 1; n > 0; --n) world_.mta.submit(domain(1));
}

// The MTA's stamp stands before it.
void Player::log_line() { world_.mta.write_log(world_.mta.stamp() + word(1)); }

const DestinationView* Player::view(const Snapshot& snapshot, const DomainName& name) const {
  const auto found = std::find_if(snapshot.destinations.begin(), snapshot.destinations.end(),
                                  [&](const DestinationView& one) { return one.destination == name; });
  return found == snapshot.destinations.end() ? nullptr : &**found;
}

void Player::expectation() {
  const std::string& what = word(1);
  if (what == "log") return expect_log(2, true);
  if (what == "no") return expect_log(3, false);
  if (what == "connects") {
    const auto& all = world_.network.connects();
    return expect_number(
        "connects",
        static_cast<double>(std::count_if(all.begin(), all.end(), [&](const auto& one) { return one.to == address(2); })), 3);
  }
  if (what == "attempts") {
    const auto& all = world_.mta.attempts();
    return expect_number(
        "attempts",
        static_cast<double>(std::count_if(all.begin(), all.end(), [&](const auto& one) { return one.destination == domain(2); })),
        3);
  }
  if (what == "queue") return expect_number(what, static_cast<double>(world_.mta.queued(domain(2))), 3);
  if (what == "delivered") return expect_number(what, static_cast<double>(world_.mta.delivered(domain(2))), 3);
  if (what == "table") return expect(what, world_.mta.table().contains(domain(2)) ? "held" : "free", word(3));
  if (!machine_) fail("it does not run");
  if (what == "metric") return expect_metric();
  const Snapshot snapshot = machine_->snapshot();
  if (what == "vantage") return expect(what, snapshot.vantage.impaired ? "impaired" : "trusted", word(2));
  if (what == "host") {
    const auto found = std::find_if(snapshot.hosts.begin(), snapshot.hosts.end(),
                                    [&](const HostView& one) { return one.address == address(2); });
    if (found == snapshot.hosts.end()) fail(word(2) + " is not asked");
    const HostView& host = *found;
    if (is(3, "streak")) return expect_number("streak", host.streak, 4);
    if (is(3, "cause")) return expect("cause", host.cause ? std::string(label(*host.cause)) : "none", word(4));
    if (is(3, "greeting")) return expect("greeting", host.greeting, word(4));
    fail("expect host ADDRESS streak N, cause C or greeting \"...\"");
  }
  const DestinationView* destination = view(snapshot, domain(2));
  if (what == "watched") return expect(what, destination != nullptr ? "yes" : "no", word(3));
  if (what == "gate") {
    const GateAnswer answer = machine_->gatekeeper().answer(domain(2));
    const std::string said = answer.exhausted ? "exhausted" : answer.trial ? "trial" : answer.hold ? "hold" : "deliver";
    return expect("gate (" + answer.why + ")", said, word(3));
  }
  if (destination == nullptr) fail(word(2) + " is not watched");
  if (what == "verdict") return expect("verdict (" + destination->why + ")", std::string(label(destination->verdict)), word(3));
  if (what == "cause")
    return expect("cause (" + destination->why + ")", destination->cause ? std::string(label(*destination->cause)) : "none",
                  word(3));
  if (what == "streak") return expect_number("streak", destination->streak, 3);
  if (what == "hosts") return expect_number("hosts", static_cast<double>(destination->hosts.size()), 3);
  fail("nothing can be expected of \"" + what + "\"");
}

void Player::expect_log(std::size_t at, bool there) const {
  const bool found = log_.find(word(at)) != std::string::npos;
  if (found == there) return;
  fail("the log " + std::string(there ? "does not say" : "says") + " \"" + word(at) + "\"; it ends:\n" +
       log_.substr(log_.size() - std::min<std::size_t>(log_.size(), 2000)));
}

// expect metric NAME{...} N; one that has no series is 0.
void Player::expect_metric() const {
  std::istringstream lines(machine_->metrics());
  double seen = 0;
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(word(2) + " ")) seen = std::stod(line.substr(word(2).size() + 1));
  expect_number(word(2), seen, 3);
}

}  // namespace mxpulse::test
