// Rows that others wrote: what makes no sense is left out, and what is taken is written and read again as it was.
#include "fuzz/input.hpp"
#include "store/database.hpp"
#include "store/rows.hpp"
#include "store/schema.hpp"

using namespace mxpulse;
using store::Blob;
using store::Statement;

namespace {

void insert(store::Database& database, fuzz::Pieces& input) {
  switch (input.byte() % 4) {
    case 0: {
      Statement row(database, "INSERT OR REPLACE INTO address VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
      const auto address = input.text();
      const auto answering = input.number_or_null();
      const auto no_answers = input.number(), answers = input.number(), first = input.number(), last = input.number();
      const auto settled = input.text_or_null(), cause = input.text_or_null();
      const auto code = input.number_or_null();
      const auto greeting = input.text(), why = input.text();
      const auto no_route = input.number();
      const auto asked = input.number_or_null(), begun = input.number_or_null(), due = input.number_or_null();
      row.run(address, answering, no_answers, answers, first, last, settled, cause, code, greeting, why, no_route, asked, begun,
              due, input.number());
      return;
    }
    case 1: {
      Statement row(database, "INSERT OR REPLACE INTO destination VALUES (?,?,?,?,?,?,?,?,?,?,?)");
      const auto name = input.text();
      const auto since = input.number();
      const auto answering = input.number_or_null();
      const auto no_answers = input.number(), answers = input.number(), first = input.number(), last = input.number();
      const auto mx = input.text();
      const auto unjudged = input.number_or_null();
      const auto host = input.text_or_null();
      row.run(name, since, answering, no_answers, answers, first, last, mx, unjudged, host, input.text_or_null());
      return;
    }
    case 2: {
      Statement row(database, "INSERT OR REPLACE INTO bounces VALUES (?,?,?,?)");
      const auto name = input.text();
      const auto last = input.number(), joined = input.number();
      row.run(name, last, joined, Blob{input.text()});
      return;
    }
    default: {
      Statement row(database, "INSERT OR REPLACE INTO position VALUES (?,?)");
      const auto feed = input.text();
      row.run(feed, input.text());
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  store::Database database;
  database.open(":memory:", store::Database::Access::kReadWrite);
  store::migrate(database, 0);
  fuzz::must(!database.take_failure(), "an empty database can be had");
  fuzz::Pieces input(fuzz::text_of(data, size));
  for (int rows = 0; rows < 20 && !input.rest().empty(); ++rows) {
    insert(database, input);
    database.take_failure();
  }

  std::size_t left_out = 0;
  Batch batch;
  batch.everything = true;
  batch.changed = store::read_all(database, left_out);
  database.take_failure();
  store::write_batch(database, batch);
  fuzz::must(!database.take_failure(), "what was read can be written");
  std::size_t left_out_then = 0;
  const auto again = store::read_all(database, left_out_then);
  fuzz::must(left_out_then == 0, "and is read again");
  fuzz::must(again.addresses == batch.changed.addresses && again.bounces == batch.changed.bounces &&
                 again.positions == batch.changed.positions && again.destinations.size() == batch.changed.destinations.size(),
             "as it was");
  return 0;
}
