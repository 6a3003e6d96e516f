#include "daemon/keeper.hpp"

#include <map>

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::daemon;
using namespace std::chrono_literals;

namespace {

struct StillClock final : Clock {
  Now now() const override { return {SteadyTime(1h), SystemTime(1000h)}; }
};

// Holds what is to be called, and after how long.
struct FakeAlarms final : Alarms {
  struct One final : Alarm {
    One(FakeAlarms& owner, std::function<void()> call) : alarms(owner), on_due(std::move(call)) {}
    ~One() override { stop(); }
    void start_once(Duration after) override {
      alarms.delay = after;
      alarms.due = on_due;
    }
    void start_every(Duration) override {}
    void stop() override { alarms.due = nullptr; }
    FakeAlarms& alarms;
    std::function<void()> on_due;
  };
  std::unique_ptr<Alarm> make(std::function<void()> on_due) override { return std::make_unique<One>(*this, std::move(on_due)); }
  void ring() {
    REQUIRE(due);
    std::exchange(due, nullptr)();
  }
  Duration delay{0};
  std::function<void()> due;
};

struct FakeStore final : Store {
  void write(std::shared_ptr<const Batch> batch, Done done) override {
    REQUIRE(!under_way);
    under_way = std::move(done);
    batches.push_back(std::move(batch));
  }
  void end(WriteEnd end, std::string why = "") { std::exchange(under_way, nullptr)({end, std::move(why)}); }
  std::vector<std::shared_ptr<const Batch>> batches;
  Done under_way;
};

// Has one number, under one feed's name.
struct Counting final : Kept {
  void begin_keeping() override { keeping = true; }
  bool lost_count() const override { return lost; }
  void gather(Batch& batch) override {
    if (batch.everything) lost = false;
    if (batch.everything || changed) batch.changed.positions.push_back({"f", std::to_string(number)});
    changed = false;
  }
  void not_written(const Batch&) override { changed = true; }
  void written(const Batch& batch) override { safe = batch.changed.positions.at(0).position; }
  void count() {
    ++number;
    changed = true;
  }
  bool keeping = false;
  bool lost = false;
  bool changed = false;
  int number = 0;
  std::string safe;
};

struct Heard final : Observer {
  void store_wrote(bool taken, std::string_view why, Now) override {
    told.push_back((taken ? "taken " : "failed ") + std::string(why));
  }
  std::vector<std::string> told;
};

struct Example {
  StillClock clock;
  FakeAlarms alarms;
  FakeStore store;
  Counting part;
  Heard heard;
  Keeper keeper{alarms, clock, store, {&part}, heard};
};

}  // namespace

TEST_CASE("what changed is written, one batch at a time, and what changes meanwhile goes into the next") {
  Example example;
  CHECK(example.part.keeping);
  example.part.count();
  example.alarms.ring();
  REQUIRE(example.store.batches.size() == 1);
  CHECK(example.store.batches[0]->changed.positions[0].position == "1");
  CHECK(example.store.batches[0]->changed.taken.system == SystemTime(1000h));
  CHECK(!example.alarms.due);
  example.part.count();
  example.part.count();
  example.store.end(WriteEnd::kTaken);
  CHECK(example.part.safe == "1");
  CHECK(example.alarms.delay == kKeepInterval);
  example.alarms.ring();
  CHECK(example.store.batches.at(1)->changed.positions[0].position == "3");
}

TEST_CASE("without a change nothing is written") {
  Example example;
  example.alarms.ring();
  CHECK(example.store.batches.empty());
  CHECK(example.alarms.due);
}

TEST_CASE("a batch that failed is gathered again later, and its failure is told, and its end") {
  Example example;
  example.part.count();
  example.alarms.ring();
  example.store.end(WriteEnd::kFailed, "disk is full");
  CHECK(example.part.safe.empty());
  CHECK(example.alarms.delay == kKeepRetry);
  example.alarms.ring();
  example.store.end(WriteEnd::kTaken);
  CHECK(example.part.safe == "1");
  CHECK(example.heard.told == std::vector<std::string>{"failed disk is full", "taken "});
}

TEST_CASE("a store that begins anew is given everything, until it has it") {
  Example example;
  example.part.count();
  example.alarms.ring();
  example.store.end(WriteEnd::kEverythingWanted, "it was damaged");
  example.alarms.ring();
  CHECK(example.store.batches.at(1)->everything);
  example.store.end(WriteEnd::kFailed, "disk is full");
  example.alarms.ring();
  CHECK(example.store.batches.at(2)->everything);
  example.store.end(WriteEnd::kTaken);
  example.part.count();
  example.alarms.ring();
  CHECK(!example.store.batches.at(3)->everything);
}

TEST_CASE("a part that lost count is written as a whole") {
  Example example;
  example.part.lost = true;
  example.alarms.ring();
  CHECK(example.store.batches.at(0)->everything);
}

TEST_CASE("an orderly end gathers once more, and everything when a batch is under way or failed") {
  {
    Example example;
    example.part.count();
    const Batch last = example.keeper.last({});
    CHECK(last.changed.orderly);
    CHECK(!last.everything);
    CHECK(last.changed.positions.size() == 1);
    CHECK(!example.alarms.due);
  }
  Example example;
  example.part.count();
  example.alarms.ring();
  CHECK(example.keeper.last({}).everything);
}

TEST_CASE("an orderly end gathers no more than changed when it hears how the batch under way ended") {
  Example example;
  example.part.count();
  example.alarms.ring();
  const Batch last = example.keeper.last(Written{WriteEnd::kTaken, ""});
  CHECK(!last.everything);
  CHECK(last.changed.positions.empty());
  CHECK(!example.alarms.due);
}

TEST_CASE("an orderly end gathers everything when the batch under way failed") {
  Example example;
  example.part.count();
  example.alarms.ring();
  CHECK(example.keeper.last(Written{WriteEnd::kFailed, "disk full"}).everything);
}

TEST_CASE("who waits for what changed is told when the batch with it was written, and at once when there is none") {
  Example example;
  std::vector<WriteEnd> told;
  const auto wait = [&] { example.keeper.when_written([&](const Written& written) { told.push_back(written.end); }); };
  example.part.count();
  example.alarms.ring();
  wait();  // the batch under way was gathered before
  example.part.count();
  example.store.end(WriteEnd::kTaken);
  CHECK(told.empty());
  CHECK(example.alarms.delay == 0s);
  example.alarms.ring();
  example.store.end(WriteEnd::kEverythingWanted);
  CHECK(told.empty());
  example.alarms.ring();
  example.store.end(WriteEnd::kTaken);
  CHECK(told == std::vector{WriteEnd::kTaken});
  wait();
  CHECK(example.alarms.delay == 0s);
  example.alarms.ring();  // nothing changed
  CHECK(told.size() == 2);
}

TEST_CASE("who waits for what could not be written is told so") {
  Example example;
  std::string why;
  example.part.count();
  example.keeper.when_written([&](const Written& written) { why = written.why; });
  example.alarms.ring();
  example.store.end(WriteEnd::kFailed, "disk is full");
  CHECK(why == "disk is full");
}
