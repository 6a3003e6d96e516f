#include "store/store_file.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "store/schema.hpp"
#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::store;
using namespace std::chrono_literals;

namespace {

const SystemTime kNow{1'795'600'000s};

DomainName named(const std::string& text) { return *DomainName::parse(text); }

const SavedNomination kUnjudged{kNow - 2s, named("mx.b.example"), *Address::parse("192.0.2.2")};

struct Folder {
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "mxpulse-store-XXXXXX";
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string file() const { return (path / "mxpulse.db").string(); }
  std::vector<std::string> set_aside() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      const std::string name = entry.path().filename().string();
      if (name.find(".broken-") != std::string::npos && !name.ends_with("-wal") && !name.ends_with("-shm")) names.push_back(name);
    }
    return names;
  }

  std::filesystem::path path;
};

std::unique_ptr<StoreFile> opened(const Folder& folder) {
  auto file = StoreFile::open(folder.file(), kNow);
  INFO((file ? "" : file.why()));
  REQUIRE(file);
  return std::move(*file);
}

SavedAddress silent_address(const char* text) {
  SavedAddress saved;
  saved.address = *Address::parse(text);
  saved.streak = {false, 7, 0, kNow - 1h, kNow - 1min};
  saved.settled = Cause::kRefused;
  saved.cause = Cause::kTimeout;
  saved.reply_code = 220;
  saved.greeting = "220 \\x1b[31m";
  saved.why = "nothing answered";
  saved.last_asked = kNow - 1min;
  saved.begun = kNow - 61s;
  saved.due = kNow + 5min;
  saved.silent_interval = 8min;
  return saved;
}

std::shared_ptr<const MxSet> mx_set(const DomainName& name) {
  MxHost host;
  host.name = named("mx." + name.text());
  host.preference = 10;
  host.provider = SharedText("example.org");
  host.addresses = {*Address::parse("192.0.2.1"), *Address::parse("2001:db8::1")};
  MxHost unfound;
  unfound.name = named("mx2." + name.text());
  unfound.failure = Cause::kDnsTemporary;
  MxSet set;
  set.destination = name;
  set.hosts = {host, unfound};
  set.provider = SharedText("example.org");
  return std::make_shared<const MxSet>(set);
}

SavedHistory outages(const char* name) {
  IncidentHistory history;
  history.complete_since = kNow - 48h;
  history.incidents = {
      {kNow - 3h, kNow - 2h - 1min, kNow - 2h, IncidentEnd::kDelivered, Cause::kRefused, SharedText("no host answers"),
       SharedText("220 back")},
      {kNow - 1h, kNow - 1h, {}, IncidentEnd::kOpen, Cause::kTimeout, SharedText("nothing answers"), {}}};
  return {named(name), std::make_shared<const IncidentHistory>(history)};
}

Batch some_batch() {
  Batch batch;
  batch.changed.taken = {SteadyTime(7s), kNow};
  batch.changed.addresses = {silent_address("192.0.2.1"), silent_address("2001:db8::1")};
  batch.changed.destinations = {{named("a.example"), kNow - 2h, {true, 0, 3, {}, {}}, mx_set(named("a.example"))},
                                {named("b.example"), kNow - 1h, {}, nullptr, kUnjudged}};
  batch.changed.bounces = {{named("a.example"), kNow - 5min, true, {{0xfedcba9876543210U, kNow - 5min}, {2, kNow - 6min}}},
                           {named("c.example"), kNow, false, {}}};
  batch.changed.positions = {{"/var/log/mail.log", "1:2:3"}, {"/var/log/m\xc3\xa4il.log", "4:5:6"}};
  batch.changed.courses = {
      {named("a.example"), true, false, kNow - 1h, 2, kNow + 1h, true, kNow - 1min, kNow + 30min, "no host answers", 0}};
  batch.changed.histories = {outages("a.example"), outages("b.example")};
  return batch;
}

Batch everything(Batch batch) {
  batch.everything = true;
  return batch;
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_bytes(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

void alter(const Folder& folder, const char* sql) {
  Database database;
  database.open(folder.file(), Database::Access::kReadWrite);
  database.execute(sql);
  const auto failure = database.take_failure();
  INFO((failure ? failure->why : ""));
  REQUIRE(!failure);
}

}  // namespace

TEST_CASE("what was written is there after the file was closed and opened again") {
  const Folder folder;
  const Batch batch = some_batch();
  CHECK(opened(folder)->load().addresses.empty());
  REQUIRE(opened(folder)->write(batch, kNow).end == WriteEnd::kTaken);

  const auto file = opened(folder);
  const Saved saved = file->load();
  CHECK(file->take_notes().empty());
  CHECK(saved.taken.system == kNow);
  CHECK(saved.taken.steady == SteadyTime(7s));
  CHECK(!saved.orderly);
  CHECK(saved.addresses == batch.changed.addresses);
  CHECK(saved.bounces == batch.changed.bounces);
  REQUIRE(saved.positions.size() == 2);
  CHECK(saved.positions[0] == batch.changed.positions[0]);
  CHECK(saved.positions[1] == batch.changed.positions[1]);

  REQUIRE(saved.courses.size() == 1);
  const SavedCourse& course = saved.courses[0];
  CHECK(course.destination == named("a.example"));
  CHECK(course.held);
  CHECK(!course.exhausted);
  CHECK(course.last_nomination == kNow - 1h);
  CHECK(course.step == 2);
  CHECK(course.step_due == kNow + 1h);
  CHECK(course.silent);
  CHECK(course.evidence == kNow - 1min);
  CHECK(course.lease_end == kNow + 30min);
  CHECK(course.why == "no host answers");

  REQUIRE(saved.histories.size() == 2);
  const IncidentHistory& history = *saved.histories[1].history;
  CHECK(saved.histories[1].destination == named("b.example"));
  CHECK(history.complete_since == kNow - 48h);
  REQUIRE(history.incidents.size() == 2);
  CHECK(history.incidents[0].first == kNow - 3h);
  CHECK(history.incidents[0].last == kNow - 2h - 1min);
  CHECK(history.incidents[0].ended == kNow - 2h);
  CHECK(history.incidents[0].end == IncidentEnd::kDelivered);
  CHECK(history.incidents[0].cause == Cause::kRefused);
  CHECK(history.incidents[0].last_words.view() == "220 back");
  CHECK(!history.incidents[1].ended);

  REQUIRE(saved.destinations.size() == 2);
  CHECK(saved.destinations[0].name == named("a.example"));
  CHECK(saved.destinations[0].watched_since == kNow - 2h);
  CHECK(saved.destinations[0].lookups == batch.changed.destinations[0].lookups);
  CHECK(!saved.destinations[1].set);
  CHECK_FALSE(saved.destinations[0].unjudged.has_value());
  CHECK(saved.destinations[1].unjudged == kUnjudged);
  const auto set = saved.destinations[0].set;
  REQUIRE(set);
  CHECK(set->stale);
  CHECK(!set->fresh);
  CHECK(set->provider.view() == "example.org");
  REQUIRE(set->hosts.size() == 1);  // the other had no address to ask
  CHECK(set->hosts[0].name == named("mx.a.example"));
  CHECK(set->hosts[0].preference == 10);
  CHECK(set->hosts[0].addresses == std::vector{*Address::parse("192.0.2.1"), *Address::parse("2001:db8::1")});
}

TEST_CASE("a later batch replaces what it names, removes what is gone and leaves the rest") {
  const Folder folder;
  const auto file = opened(folder);
  REQUIRE(file->write(some_batch(), kNow).end == WriteEnd::kTaken);
  Batch later;
  later.changed.orderly = true;
  later.changed.addresses = {silent_address("192.0.2.1")};
  later.changed.addresses[0].streak.no_answers = 8;
  later.addresses_gone = {*Address::parse("2001:db8::1")};
  later.destinations_gone = {named("b.example")};
  later.bounces_gone = {named("c.example")};
  later.courses_gone = {named("a.example")};
  later.histories_gone = {named("a.example")};
  later.changed.positions = {{"/var/log/mail.log", "1:2:4"}};
  REQUIRE(file->write(later, kNow).end == WriteEnd::kTaken);

  const Saved saved = file->load();
  CHECK(saved.orderly);
  CHECK(saved.addresses == later.changed.addresses);
  REQUIRE(saved.destinations.size() == 1);
  CHECK(saved.destinations[0].name == named("a.example"));
  REQUIRE(saved.bounces.size() == 1);
  CHECK(saved.positions.size() == 2);
  CHECK(saved.positions[0].position == "1:2:4");
  CHECK(saved.courses.empty());
  REQUIRE(saved.histories.size() == 1);
  CHECK(saved.histories[0].destination == named("b.example"));
}

TEST_CASE("a batch of everything leaves nothing of before") {
  const Folder folder;
  const auto file = opened(folder);
  REQUIRE(file->write(some_batch(), kNow).end == WriteEnd::kTaken);
  REQUIRE(file->write(everything({}), kNow).end == WriteEnd::kTaken);
  const Saved saved = file->load();
  CHECK(saved.addresses.empty());
  CHECK(saved.destinations.empty());
  CHECK(saved.bounces.empty());
  CHECK(saved.positions.empty());
  CHECK(saved.courses.empty());
  CHECK(saved.histories.empty());
}

TEST_CASE("a file of version 1 is brought up to date, and loses nothing") {
  const Folder folder;
  {
    Database old;
    old.open(folder.file(), Database::Access::kReadWrite);
    make_schema(old, 1);
    old.execute("INSERT INTO about VALUES ('taken', 5)");
    old.execute("INSERT INTO position VALUES ('postfix /var/log/mail.log', 'log 1 2 3 3 4')");
    old.execute("INSERT INTO destination VALUES ('a.example', 1, 0, 3, 0, 1, 2, '10 mx.a.example a.example 192.0.2.1')");
    REQUIRE(!old.take_failure());
    REQUIRE(old.ask_number("SELECT count(*) FROM sqlite_schema WHERE name = 'incident'") == 0);
  }
  const auto file = opened(folder);
  const Saved saved = file->load();
  CHECK(folder.set_aside().empty());
  CHECK(saved.taken.system == SystemTime(5ns));
  CHECK(saved.positions == std::vector<SavedPosition>{{"postfix /var/log/mail.log", "log 1 2 3 3 4"}});
  REQUIRE(saved.destinations.size() == 1);
  CHECK(saved.destinations[0].lookups.no_answers == 3);
  CHECK_FALSE(saved.destinations[0].unjudged.has_value());
  REQUIRE(file->write(some_batch(), kNow).end == WriteEnd::kTaken);
  CHECK(file->load().histories.size() == 2);
}

TEST_CASE("outages and courses that make no sense are left out and counted") {
  const char* const spoiled = GENERATE(
      "UPDATE incident SET how = 'x' WHERE ended IS NULL", "UPDATE incident SET how = 'open' WHERE how = 'delivered'",
      "UPDATE incident SET how = 'answered' WHERE ended IS NULL", "UPDATE incident SET cause = 'evil' WHERE ended IS NULL",
      "UPDATE incident SET last_words = char(10) WHERE ended IS NULL", "UPDATE course SET held = 2",
      "UPDATE course SET step = -1", "UPDATE course SET lease_end = -1", "UPDATE course SET destination = '..'");
  const Folder folder;
  REQUIRE(opened(folder)->write(some_batch(), kNow).end == WriteEnd::kTaken);
  alter(folder, spoiled);
  const auto file = opened(folder);
  file->load();
  const auto notes = file->take_notes();
  INFO(spoiled);
  REQUIRE(notes.size() == 1);
  CHECK(notes[0].find("rows make no sense") != std::string::npos);
}

TEST_CASE("a second one is refused and told the pid of the first") {
  const Folder folder;
  auto first = opened(folder);
  const auto second = StoreFile::open(folder.file(), kNow);
  REQUIRE(!second);
  CHECK(second.why().find("pid " + std::to_string(getpid())) != std::string::npos);
  first.reset();
  CHECK(StoreFile::open(folder.file(), kNow));
}

TEST_CASE("a file of a newer version is refused by name, and not touched") {
  const Folder folder;
  REQUIRE(opened(folder)->write(some_batch(), kNow).end == WriteEnd::kTaken);
  alter(folder, "PRAGMA user_version = 4711");
  const std::string before = bytes_of(folder.file());
  const auto file = StoreFile::open(folder.file(), kNow);
  REQUIRE(!file);
  CHECK(file.why().find("a newer mxpulse wrote it (schema 4711") != std::string::npos);
  CHECK(bytes_of(folder.file()) == before);
  CHECK(folder.set_aside().empty());
}

TEST_CASE("another program's database is refused, and not touched") {
  const Folder folder;
  alter(folder, "CREATE TABLE mail (id)");
  const std::string before = bytes_of(folder.file());
  const auto file = StoreFile::open(folder.file(), kNow);
  REQUIRE(!file);
  CHECK(file.why().find("another program") != std::string::npos);
  CHECK(bytes_of(folder.file()) == before);
}

TEST_CASE("without its folder it says which one to make") {
  const Folder folder;
  const auto file = StoreFile::open((folder.path / "missing/mxpulse.db").string(), kNow);
  REQUIRE(!file);
  CHECK(file.why().find("there is no folder " + (folder.path / "missing").string()) != std::string::npos);
}

TEST_CASE("what is no database is set aside under a dated name, and an empty one takes its place") {
  const Folder folder;
  write_bytes(folder.file(), std::string(10'000, 'x'));
  const auto file = opened(folder);
  CHECK(folder.set_aside() == std::vector<std::string>{"mxpulse.db.broken-20261125T094640Z"});
  CHECK(bytes_of(folder.path / folder.set_aside()[0]) == std::string(10'000, 'x'));
  const auto notes = file->take_notes();
  REQUIRE(notes.size() == 1);
  CHECK(notes[0].find("is damaged") != std::string::npos);
  CHECK(notes[0].find(".broken-20261125T094640Z") != std::string::npos);
  CHECK(file->load().addresses.empty());
  CHECK(file->write(some_batch(), kNow).end == WriteEnd::kEverythingWanted);
  CHECK(file->write(everything(some_batch()), kNow).end == WriteEnd::kTaken);
}

TEST_CASE("two files broken in the same second are kept both") {
  const Folder folder;
  for (const char* junk : {"x", "y"}) {
    write_bytes(folder.file(), std::string(5'000, junk[0]));
    opened(folder);
    std::filesystem::remove(folder.file());
  }
  CHECK(folder.set_aside().size() == 2);
}

TEST_CASE("whatever page is damaged, it opens: with what is whole, or empty") {
  const Folder folder;
  Batch batch = some_batch();
  for (int number = 0; number < 200; ++number)
    batch.changed.destinations.push_back(
        {named("d" + std::to_string(number) + ".example"), kNow, {}, mx_set(named("d" + std::to_string(number) + ".example"))});
  {
    const auto file = opened(folder);
    REQUIRE(file->write(batch, kNow).end == WriteEnd::kTaken);
  }
  const std::string whole = bytes_of(folder.file());
  REQUIRE(whole.size() > 8 * 4096);
  std::size_t set_aside = 0;
  for (std::size_t page = 0; page < whole.size() / 4096; ++page) {
    for (const std::size_t offset : {0UL, 40UL, 100UL, 2000UL, 4000UL}) {
      std::string spoiled = whole;
      for (std::size_t at = 0; at < 16; ++at) spoiled[page * 4096 + offset + at] ^= '\xff';
      const Folder copy;
      write_bytes(copy.file(), spoiled);
      const auto file = opened(copy);
      file->load();
      const Written written = file->write(everything(batch), kNow);
      INFO(page << " " << offset << ": " << written.why);
      CHECK(written.end == WriteEnd::kTaken);
      set_aside += copy.set_aside().empty() ? 0 : 1;
    }
  }
  CHECK(set_aside > 10);
}

TEST_CASE("wherever it is cut off, it opens") {
  const Folder folder;
  REQUIRE(opened(folder)->write(some_batch(), kNow).end == WriteEnd::kTaken);
  const std::string whole = bytes_of(folder.file());
  for (std::size_t size = 0; size < whole.size(); size += 1777) {
    const Folder copy;
    write_bytes(copy.file(), whole.substr(0, size));
    const auto file = opened(copy);
    file->load();
    CHECK(file->write(everything(some_batch()), kNow).end == WriteEnd::kTaken);
  }
}

TEST_CASE("rows that make no sense are left out and counted, the others are read") {
  const char* const spoiled = GENERATE("UPDATE address SET address = '192.0.2.999' WHERE address = '192.0.2.1'",
                                       "UPDATE address SET answering = 7 WHERE address = '192.0.2.1'",
                                       "UPDATE address SET no_answers = -1 WHERE address = '192.0.2.1'",
                                       "UPDATE address SET no_answers = 9223372036854775807 WHERE address = '192.0.2.1'",
                                       "UPDATE address SET answers = 2 WHERE address = '192.0.2.1'",
                                       "UPDATE address SET first = last + 1 WHERE address = '192.0.2.1'",
                                       "UPDATE address SET last = -1 WHERE address = '192.0.2.1'",
                                       "UPDATE address SET settled = 'x' WHERE address = '192.0.2.1'",
                                       "UPDATE address SET reply_code = 999 WHERE address = '192.0.2.1'",
                                       "UPDATE address SET greeting = char(27) WHERE address = '192.0.2.1'",
                                       "UPDATE address SET greeting = printf('%.*c', 300, 'x') WHERE address = '192.0.2.1'",
                                       "UPDATE address SET silent_interval = 9000000000000000000 WHERE address = '192.0.2.1'");
  const Folder folder;
  REQUIRE(opened(folder)->write(some_batch(), kNow).end == WriteEnd::kTaken);
  alter(folder, spoiled);
  const auto file = opened(folder);
  const Saved saved = file->load();
  INFO(spoiled);
  REQUIRE(saved.addresses.size() == 1);
  CHECK(saved.addresses[0].address == *Address::parse("2001:db8::1"));
  CHECK(saved.destinations.size() == 2);
  const auto notes = file->take_notes();
  REQUIRE(notes.size() == 1);
  CHECK(notes[0].find("1 rows make no sense") != std::string::npos);
}

TEST_CASE("names and MX sets that make no sense are not taken over") {
  const Folder folder;
  REQUIRE(opened(folder)->write(some_batch(), kNow).end == WriteEnd::kTaken);
  alter(folder, "UPDATE destination SET mx = '10 mx.a.example example.org 127.0.0.1 evil' WHERE destination = 'a.example'");
  alter(folder, "UPDATE bounces SET destination = 'evil\" x' WHERE destination = 'c.example'");
  const auto file = opened(folder);
  const Saved saved = file->load();
  REQUIRE(saved.destinations.size() == 2);
  CHECK(!saved.destinations[0].set);
  CHECK(saved.bounces.size() == 1);
}

TEST_CASE("whoever writes is told when the file breaks under it, and begins anew with everything") {
  const Folder folder;
  {
    const auto file = opened(folder);
    REQUIRE(file->write(some_batch(), kNow).end == WriteEnd::kTaken);
  }
  const auto file = opened(folder);
  file->load();
  alter(folder, "DROP TABLE bounces");
  Batch later;
  later.changed.bounces = {{named("a.example"), kNow, true, {}}};
  const Written written = file->write(later, kNow);
  INFO(written.why);
  CHECK(written.end == WriteEnd::kEverythingWanted);
  CHECK(folder.set_aside().size() == 1);
  CHECK(file->write(everything(some_batch()), kNow).end == WriteEnd::kTaken);
  CHECK(file->load().addresses == some_batch().changed.addresses);
}

TEST_CASE("a disk that cannot be read is no damage") {
  CHECK(tells_failed_read("*** in database main ***\nPage 5: unable to get the page. error code=266"));
  CHECK_FALSE(tells_failed_read("*** in database main ***\nPage 5: unable to get the page. error code=11"));
  CHECK_FALSE(tells_failed_read("*** in database main ***\nPage 5: btreeInitPage() returns error code 11"));
  CHECK_FALSE(tells_failed_read("ok"));
}
