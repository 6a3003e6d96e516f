#include "store/rows.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <string>

#include "mxpulse/probe_result.hpp"
#include "store/mx_text.hpp"

namespace mxpulse::store {
namespace {

constexpr std::size_t kNameMax = 253;
constexpr std::size_t kWhyMax = 1000;
constexpr std::size_t kFeedMax = 4096;  // PATH_MAX
constexpr std::size_t kMessagesMax = 1000;
constexpr std::size_t kMessageSize = 2 * sizeof(std::int64_t);
constexpr auto kIntervalMax = std::chrono::hours(24 * 30);

// Reads a row's columns from left to right, and remembers whether any made no sense.
class Columns {
 public:
  explicit Columns(const Statement& row) : row_(row) {}

  bool good() const { return good_; }

  std::int64_t number(std::int64_t least, std::int64_t most) {
    const auto value = row_.number(at_++);
    if (!value || *value < least || *value > most) good_ = false;
    return good_ ? *value : 0;
  }
  std::optional<std::int64_t> number_or_null(std::int64_t least, std::int64_t most) {
    if (row_.is_null(at_)) return ++at_, std::nullopt;
    return number(least, most);
  }
  void reject() { good_ = false; }
  bool flag() { return number(0, 1) == 1; }
  unsigned count() { return static_cast<unsigned>(number(0, std::numeric_limits<unsigned>::max())); }
  SystemTime time() { return SystemTime(SystemTime::duration(number(0, std::numeric_limits<std::int64_t>::max()))); }
  std::optional<SystemTime> time_or_null() { return row_.is_null(at_) ? (++at_, std::nullopt) : std::optional(time()); }
  Duration interval() { return Duration(number(0, Duration(kIntervalMax).count())); }

  std::string_view text(std::size_t most) {
    const auto value = row_.text(at_++, most);
    if (!value) good_ = false;
    return value.value_or("");
  }
  // Text that goes into logs and pages as it stands.
  std::string printable(std::size_t most) {
    const auto value = text(most);
    if (!std::all_of(value.begin(), value.end(), [](char c) { return c >= 32 && c < 127; })) good_ = false;
    return std::string(value);
  }
  std::string_view blob(std::size_t most) {
    const auto value = row_.blob(at_++, most);
    if (!value) good_ = false;
    return value.value_or("");
  }
  DomainName name() {
    const auto parsed = DomainName::parse(text(kNameMax));
    if (!parsed) good_ = false;
    return parsed ? *parsed : DomainName();
  }
  std::optional<DomainName> name_or_null() { return row_.is_null(at_) ? (++at_, std::nullopt) : std::optional(name()); }
  std::optional<Address> address_or_null() { return row_.is_null(at_) ? (++at_, std::nullopt) : std::optional(address()); }
  Address address() {
    const auto parsed = Address::parse(text(64));
    if (!parsed) good_ = false;
    return parsed.value_or(Address());
  }
  std::optional<Cause> cause_or_null() {
    if (row_.is_null(at_)) return ++at_, std::nullopt;
    const auto word = text(64);
    const auto* const found = std::find_if(kCauses.begin(), kCauses.end(), [&](const auto& one) { return one.label == word; });
    if (found != kCauses.end()) return found->cause;
    good_ = false;
    return std::nullopt;
  }
  IncidentEnd incident_end() {
    const auto word = text(64);
    for (std::size_t number = 0; number < kIncidentEnds; ++number) {
      const auto end = static_cast<IncidentEnd>(number);
      if (label(end) == word) return end;
    }
    good_ = false;
    return IncidentEnd::kOpen;
  }
  SavedStreak streak() {
    SavedStreak streak;
    const auto answering = number_or_null(0, 1);
    if (answering) streak.answering = *answering == 1;
    streak.no_answers = count();
    streak.answers = count();
    streak.first = time();
    streak.last = time();
    // A streak is of one kind, and does not end before it began.
    if ((streak.no_answers > 0 && streak.answers > 0) || streak.last < streak.first) good_ = false;
    return streak;
  }

 private:
  const Statement& row_;
  int at_ = 0;
  bool good_ = true;
};

SavedAddress read_address(Columns& row) {
  SavedAddress saved;
  saved.address = row.address();
  saved.streak = row.streak();
  saved.settled = row.cause_or_null();
  saved.cause = row.cause_or_null();
  if (const auto code = row.number_or_null(200, 599)) saved.reply_code = static_cast<int>(*code);
  saved.greeting = row.printable(kGreetingMax);
  saved.why = row.printable(kWhyMax);
  saved.no_route = row.flag();
  saved.last_asked = row.time_or_null();
  saved.begun = row.time_or_null();
  saved.due = row.time_or_null();
  saved.silent_interval = row.interval();
  return saved;
}

SavedDestination read_destination(Columns& row) {
  SavedDestination saved;
  saved.name = row.name();
  saved.watched_since = row.time();
  saved.lookups = row.streak();
  saved.set = read_mx_text(saved.name, row.text(kMxTextMax));
  const auto unjudged = row.time_or_null();
  SavedNomination nomination{unjudged.value_or(SystemTime()), row.name_or_null(), row.address_or_null()};
  if (unjudged) saved.unjudged = std::move(nomination);
  return saved;
}

// Times out of range are told apart by nobody: a message from the future or from long ago does not count.
std::vector<SavedMessage> read_messages(std::string_view bytes) {
  std::vector<SavedMessage> messages;
  for (; bytes.size() >= kMessageSize; bytes.remove_prefix(kMessageSize)) {
    std::array<std::int64_t, 2> pair{};
    std::memcpy(pair.data(), bytes.data(), kMessageSize);
    messages.push_back({static_cast<std::uint64_t>(pair[0]), SystemTime(SystemTime::duration(pair[1]))});
  }
  return messages;
}

std::string message_bytes(const std::vector<SavedMessage>& messages) {
  std::string bytes;
  for (const SavedMessage& one : messages) {
    const std::array<std::int64_t, 2> pair{static_cast<std::int64_t>(one.message), one.time.time_since_epoch().count()};
    bytes.append(reinterpret_cast<const char*>(pair.data()), kMessageSize);
  }
  return bytes;
}

SavedBounces read_bounces(Columns& row) {
  SavedBounces saved;
  saved.destination = row.name();
  saved.last = row.time();
  saved.joined = row.flag();
  saved.messages = read_messages(row.blob(kMessagesMax * kMessageSize));
  return saved;
}

SavedPosition read_position(Columns& row) { return {std::string(row.text(kFeedMax)), row.printable(kPositionMax)}; }

SavedCourse read_course(Columns& row) {
  SavedCourse saved;
  saved.destination = row.name();
  saved.held = row.flag();
  saved.exhausted = row.flag();
  saved.last_nomination = row.time();
  saved.step = row.count();
  saved.step_due = row.time();
  saved.silent = row.flag();
  saved.evidence = row.time();
  saved.lease_end = row.time();
  saved.why = row.printable(kWhyMax);
  return saved;
}

struct IncidentRow {
  DomainName destination;
  Incident incident;
  SystemTime complete_since;
};

IncidentRow read_incident(Columns& row) {
  IncidentRow read;
  read.destination = row.name();
  Incident& incident = read.incident;
  incident.first = row.time();
  incident.last = row.time();
  incident.ended = row.time_or_null();
  incident.end = row.incident_end();
  incident.cause = row.cause_or_null().value_or(Cause::kTimeout);
  incident.why = SharedText(row.printable(kWhyMax));
  incident.last_words = SharedText(row.printable(kWhyMax));
  read.complete_since = row.time();
  if (incident.ended.has_value() == (incident.end == IncidentEnd::kOpen)) row.reject();
  return read;
}

// The rows come by destination, and by time within one.
std::vector<SavedHistory> histories(std::vector<IncidentRow> rows) {
  std::vector<SavedHistory> all;
  for (auto from = rows.begin(); from != rows.end();) {
    const auto to = std::find_if(from, rows.end(), [&](const auto& one) { return one.destination != from->destination; });
    auto history = std::make_shared<IncidentHistory>();
    for (auto one = from; one != to; ++one) {
      history->complete_since = std::max(history->complete_since, one->complete_since);
      history->incidents.push_back(std::move(one->incident));
    }
    all.push_back({from->destination, std::move(history)});
    from = to;
  }
  return all;
}

template <typename Value>
void read_table(Database& database, const char* sql, Value (*read)(Columns&), std::vector<Value>& into, std::size_t& left_out) {
  Statement statement(database, sql);
  while (statement.next()) {
    Columns columns(statement);
    Value value = read(columns);
    if (columns.good())
      into.push_back(std::move(value));
    else
      ++left_out;
  }
}

std::optional<std::int64_t> answering_column(const SavedStreak& streak) {
  return streak.answering ? std::optional<std::int64_t>(*streak.answering ? 1 : 0) : std::nullopt;
}

std::optional<std::string_view> cause_column(const std::optional<Cause>& cause) {
  return cause ? std::optional(label(*cause)) : std::nullopt;
}

const Address& key_of(const Address& address) { return address; }
const DomainName& key_of(const DomainName& name) { return name; }
const Address& key_of(const SavedAddress& saved) { return saved.address; }
const DomainName& key_of(const SavedDestination& saved) { return saved.name; }
template <typename Row>
const DomainName& key_of(const Row& saved) {
  return saved.destination;
}

template <typename Row>
struct Keyed {
  std::string key;
  const Row* row = nullptr;
};

// A table is a tree in the order of its keys. Of rows in any order each is on a page of its own, which is fetched for it, and
// written for it, once there are more pages than are kept in memory. Of two with one key the later is still the later.
template <typename Row>
std::vector<Keyed<Row>> in_key_order(const std::vector<Row>& all) {
  std::vector<Keyed<Row>> sorted;
  sorted.reserve(all.size());
  for (const Row& one : all) sorted.push_back({std::string(key_of(one).text()), &one});
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& one, const auto& other) { return one.key < other.key; });
  return sorted;
}

template <typename Key>
void remove(Database& database, const char* sql, const std::vector<Key>& keys) {
  if (keys.empty()) return;
  Statement statement(database, sql);
  for (const auto& one : in_key_order(keys)) statement.run(std::string_view(one.key));
}

void write_addresses(Database& database, const std::vector<SavedAddress>& all) {
  if (all.empty()) return;
  Statement statement(database, "INSERT OR REPLACE INTO address VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  for (const auto& [key, row] : in_key_order(all)) {
    const SavedAddress& one = *row;
    const SavedStreak& streak = one.streak;
    statement.run(std::string_view(key), answering_column(streak), streak.no_answers, streak.answers, streak.first, streak.last,
                  cause_column(one.settled), cause_column(one.cause), one.reply_code, std::string_view(one.greeting),
                  std::string_view(one.why), one.no_route, one.last_asked, one.begun, one.due, one.silent_interval);
  }
}

void write_destinations(Database& database, const std::vector<SavedDestination>& all) {
  if (all.empty()) return;
  Statement statement(database, "INSERT OR REPLACE INTO destination VALUES (?,?,?,?,?,?,?,?,?,?,?)");
  for (const auto& [key, row] : in_key_order(all)) {
    const SavedDestination& one = *row;
    const SavedStreak& streak = one.lookups;
    const std::string mx = one.set ? mx_text(*one.set) : "";
    const SavedNomination unjudged = one.unjudged.value_or(SavedNomination());
    const std::string address = unjudged.address ? unjudged.address->text() : "";
    statement.run(std::string_view(key), one.watched_since, answering_column(streak), streak.no_answers, streak.answers,
                  streak.first, streak.last, std::string_view(mx), one.unjudged ? std::optional(unjudged.time) : std::nullopt,
                  unjudged.host ? std::optional(std::string_view(unjudged.host->text())) : std::nullopt,
                  unjudged.address ? std::optional(std::string_view(address)) : std::nullopt);
  }
}

void write_bounces(Database& database, const std::vector<SavedBounces>& all) {
  if (all.empty()) return;
  Statement statement(database, "INSERT OR REPLACE INTO bounces VALUES (?,?,?,?)");
  for (const auto& [key, one] : in_key_order(all))
    statement.run(std::string_view(key), one->last, one->joined, Blob{message_bytes(one->messages)});
}

void write_positions(Database& database, const std::vector<SavedPosition>& all) {
  if (all.empty()) return;
  Statement statement(database, "INSERT OR REPLACE INTO position VALUES (?,?)");
  for (const SavedPosition& one : all) statement.run(std::string_view(one.feed), std::string_view(one.position));
}

void write_courses(Database& database, const std::vector<SavedCourse>& all) {
  if (all.empty()) return;
  Statement statement(database, "INSERT OR REPLACE INTO course VALUES (?,?,?,?,?,?,?,?,?,?)");
  for (const auto& [key, one] : in_key_order(all))
    statement.run(std::string_view(key), one->held, one->exhausted, one->last_nomination, one->step, one->step_due, one->silent,
                  one->evidence, one->lease_end, std::string_view(one->why));
}

void write_histories(Database& database, const std::vector<SavedHistory>& all) {
  if (all.empty()) return;
  Statement remove_old(database, "DELETE FROM incident WHERE destination = ?");
  Statement statement(database, "INSERT OR REPLACE INTO incident VALUES (?,?,?,?,?,?,?,?,?)");
  for (const auto& [key, one] : in_key_order(all)) {
    remove_old.run(std::string_view(key));
    for (const Incident& incident : one->history->incidents)
      statement.run(std::string_view(key), incident.first, incident.last, incident.ended, label(incident.end),
                    label(incident.cause), incident.why.view(), incident.last_words.view(),
                    one->history->complete_since);
  }
}

}  // namespace

Saved read_all(Database& database, std::size_t& left_out) {
  Saved saved;
  saved.orderly = database.ask_number("SELECT value FROM about WHERE key = 'orderly'") == 1;
  const auto taken = database.ask_number("SELECT value FROM about WHERE key = 'taken'").value_or(0);
  const auto steady = database.ask_number("SELECT value FROM about WHERE key = 'taken_steady'").value_or(0);
  saved.taken = {SteadyTime(SteadyTime::duration(steady)), SystemTime(SystemTime::duration(std::max<std::int64_t>(taken, 0)))};
  read_table(database, "SELECT * FROM address", read_address, saved.addresses, left_out);
  read_table(database, "SELECT * FROM destination", read_destination, saved.destinations, left_out);
  read_table(database, "SELECT * FROM bounces", read_bounces, saved.bounces, left_out);
  read_table(database, "SELECT * FROM position", read_position, saved.positions, left_out);
  read_table(database, "SELECT * FROM course", read_course, saved.courses, left_out);
  std::vector<IncidentRow> incidents;
  read_table(database, "SELECT * FROM incident ORDER BY destination, first", read_incident, incidents, left_out);
  saved.histories = histories(std::move(incidents));
  return saved;
}

void write_batch(Database& database, const Batch& batch) {
  database.execute("BEGIN IMMEDIATE");
  if (batch.everything) {
    for (const char* sql : {"DELETE FROM address", "DELETE FROM destination", "DELETE FROM bounces", "DELETE FROM position",
                            "DELETE FROM course", "DELETE FROM incident"})
      database.execute(sql);
  }
  remove(database, "DELETE FROM address WHERE address = ?", batch.addresses_gone);
  remove(database, "DELETE FROM destination WHERE destination = ?", batch.destinations_gone);
  remove(database, "DELETE FROM bounces WHERE destination = ?", batch.bounces_gone);
  remove(database, "DELETE FROM course WHERE destination = ?", batch.courses_gone);
  remove(database, "DELETE FROM incident WHERE destination = ?", batch.histories_gone);
  write_addresses(database, batch.changed.addresses);
  write_destinations(database, batch.changed.destinations);
  write_bounces(database, batch.changed.bounces);
  write_positions(database, batch.changed.positions);
  write_courses(database, batch.changed.courses);
  write_histories(database, batch.changed.histories);
  {
    Statement about(database, "INSERT OR REPLACE INTO about VALUES (?,?)");
    about.run(std::string_view("taken"), batch.changed.taken.system);
    about.run(std::string_view("taken_steady"), Duration(batch.changed.taken.steady.time_since_epoch()));
    about.run(std::string_view("orderly"), batch.changed.orderly);
  }
  database.execute("COMMIT");
}

}  // namespace mxpulse::store
