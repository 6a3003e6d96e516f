#include "store/schema.hpp"

#include <array>
#include <string>

namespace mxpulse::store {
namespace {

// Times are nanoseconds of the system clock, causes and addresses are as people write them. A step is never changed once it was
// released: a file out there has it.
constexpr std::array kSteps{
    R"(
CREATE TABLE about (
  key TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE address (
  address TEXT PRIMARY KEY,
  answering INTEGER,
  no_answers INTEGER NOT NULL,
  answers INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  settled TEXT,
  cause TEXT,
  reply_code INTEGER,
  greeting TEXT NOT NULL,
  why TEXT NOT NULL,
  no_route INTEGER NOT NULL,
  last_asked INTEGER,
  begun INTEGER,
  due INTEGER,
  silent_interval INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE destination (
  destination TEXT PRIMARY KEY,
  watched_since INTEGER NOT NULL,
  answering INTEGER,
  no_answers INTEGER NOT NULL,
  answers INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  mx TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE bounces (
  destination TEXT PRIMARY KEY,
  last INTEGER NOT NULL,
  joined INTEGER NOT NULL,
  messages BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE position (
  feed TEXT PRIMARY KEY,
  position TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)",
    R"(
CREATE TABLE course (
  destination TEXT PRIMARY KEY,
  held INTEGER NOT NULL,
  exhausted INTEGER NOT NULL,
  last_nomination INTEGER NOT NULL,
  step INTEGER NOT NULL,
  step_due INTEGER NOT NULL,
  silent INTEGER NOT NULL,
  evidence INTEGER NOT NULL,
  lease_end INTEGER NOT NULL,
  why TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE incident (
  destination TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  ended INTEGER,
  how TEXT NOT NULL,
  cause TEXT NOT NULL,
  why TEXT NOT NULL,
  last_words TEXT NOT NULL,
  complete_since INTEGER NOT NULL,
  PRIMARY KEY (destination, first)
) STRICT, WITHOUT ROWID;
)",
    R"(
ALTER TABLE destination ADD COLUMN unjudged INTEGER;
ALTER TABLE destination ADD COLUMN unjudged_host TEXT;
ALTER TABLE destination ADD COLUMN unjudged_address TEXT;
)"};

void take_steps(Database& database, int from, int to) {
  database.execute("BEGIN IMMEDIATE");
  for (int step = from; step < to; ++step) database.execute(kSteps.at(static_cast<std::size_t>(step)));
  database.execute(("PRAGMA application_id = " + std::to_string(kApplicationId)).c_str());
  database.execute(("PRAGMA user_version = " + std::to_string(to)).c_str());
  database.execute("COMMIT");
}

}  // namespace

int newest_schema() { return static_cast<int>(kSteps.size()); }

void migrate(Database& database, int version) {
  if (version < newest_schema()) take_steps(database, version, newest_schema());
}

void make_schema(Database& database, int version) { take_steps(database, 0, version); }

}  // namespace mxpulse::store
