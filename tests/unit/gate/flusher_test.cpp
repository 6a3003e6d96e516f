#include "gate/flusher.hpp"

#include <algorithm>

#include "support/catch.hpp"
#include "world/fake_time.hpp"

using namespace mxpulse;
using namespace mxpulse::gate;
using namespace mxpulse::test;
using namespace std::chrono_literals;

namespace {

const DomainName kBack = *DomainName::parse("back.example");
const DomainName kOther = *DomainName::parse("other.example");  // a message waits for it

// Messages that wait for one destination; what is pushed is under way, and no longer listed, until it is put back.
struct Queue final : MailQueue {
  explicit Queue(FakeTime& given) : time(given) {}

  void list(const std::set<DomainName>& wanted, const std::set<DomainName>&, OnListed on_listed) override {
    is_listing = true;
    listed = time.make([this, wanted, tell = std::move(on_listed)] {
      is_listing = false;
      Waiting all{{kBack, waiting}};
      if (wanted.contains(kOther)) all[kOther] = {"4F9999"};
      tell(std::move(all));
    });
    listed->start_once(1ms);
  }
  void push(const std::vector<std::string>& ids, OnPushed) override {
    pushes.push_back(ids.size());
    for (const auto& id : ids) {
      under_way.push_back(id);
      std::erase(waiting, id);
    }
  }
  void come_back() {
    waiting.insert(waiting.end(), under_way.begin(), under_way.end());
    under_way.clear();
  }

  FakeTime& time;
  std::vector<std::string> waiting;
  std::vector<std::string> under_way;
  std::vector<std::size_t> pushes;
  std::unique_ptr<Alarm> listed;
  bool is_listing = false;
};

struct Lab {
  explicit Lab(std::size_t messages) {
    for (std::size_t i = 0; i < messages; ++i) queue.waiting.push_back("4F" + std::to_string(1000 + i));
    flusher.begin(kBack);
    time.pass(1s);
  }
  // The MTA's log tells of all that was under way.
  void all_delivered() {
    const auto gone = std::exchange(queue.under_way, {});
    for (const auto& id : gone) flusher.answered(kBack, id);
  }
  void nobody_answered() {
    const auto failed = queue.under_way.size();
    queue.come_back();
    for (std::size_t i = 0; i < failed; ++i) flusher.not_answered(kBack);
  }

  FakeTime time;
  Queue queue{time};
  std::vector<Flusher::Flushed> flushed;
  Flusher flusher{time, time, queue, [this](const Flusher::Flushed& one) { flushed.push_back(one); }};
};

using Pushes = std::vector<std::size_t>;

}  // namespace

TEST_CASE("the canary goes alone until it is told to be delivered, then 10, 100, 1000 and all go") {
  Lab lab(2000);
  lab.time.pass(30s);
  CHECK(lab.queue.pushes == Pushes{1});
  lab.all_delivered();
  for (int i = 0; i < 5; ++i) {
    lab.time.pass(3100ms);
    lab.all_delivered();
  }
  CHECK(lab.queue.pushes == Pushes{1, 10, 100, 1000, 889});
  lab.time.pass(1min);
  REQUIRE(lab.flushed.size() == 1);
  CHECK(lab.flushed[0].why.empty());
  CHECK(lab.flushed[0].pushed == 2000);
}

TEST_CASE("a canary that the MTA holds by what it remembers is pushed again") {
  Lab lab(8);
  for (int i = 0; i < 3; ++i) {
    lab.queue.come_back();  // no line tells of an attempt
    lab.time.pass(3s);
  }
  CHECK(lab.queue.pushes == Pushes{1, 1, 1, 1});
  lab.all_delivered();
  lab.time.pass(1s);
  CHECK(lab.queue.pushes == Pushes{1, 1, 1, 1, 7});
}

TEST_CASE("a canary that meets no answer keeps the rest back, and the next one waits ever longer") {
  Lab lab(8);
  Pushes by_minute;
  for (int minute = 0; minute < 5; ++minute) {
    for (int i = 0; i < 30; ++i) {
      lab.nobody_answered();
      lab.time.pass(2s);
    }
    by_minute.push_back(std::exchange(lab.queue.pushes, {}).size());
  }
  CHECK(by_minute[0] <= 4);
  CHECK(by_minute[1] + by_minute[2] + by_minute[3] + by_minute[4] <= 4);
  CHECK(lab.queue.waiting.size() + lab.queue.under_way.size() == 8);
}

TEST_CASE("no answer in the middle of the ramp goes back to a canary, once for all that failed together") {
  Lab lab(50);
  lab.all_delivered();
  lab.time.pass(1s);
  CHECK(lab.queue.pushes == Pushes{1, 10});
  lab.nobody_answered();
  lab.time.pass(9s);
  CHECK(lab.queue.pushes == Pushes{1, 10});
  lab.time.pass(5s);
  CHECK(lab.queue.pushes == Pushes{1, 10, 1});
  lab.all_delivered();
  lab.time.pass(1s);
  CHECK(lab.queue.pushes == Pushes{1, 10, 1, 10});
}

TEST_CASE("a message that the host deferred is left to the MTA's own schedule, and proves the host") {
  Lab lab(3);
  const auto greylisted = lab.queue.under_way.at(0);
  lab.queue.come_back();
  lab.flusher.answered(kBack, greylisted);
  lab.time.pass(1s);
  CHECK(lab.queue.pushes == Pushes{1, 2});
  lab.all_delivered();
  lab.time.pass(1min);
  CHECK(lab.queue.pushes == Pushes{1, 2});
  REQUIRE(lab.flushed.size() == 1);
  CHECK(lab.flushed[0].why == "1 of its messages were answered and wait for another time");
}

TEST_CASE("when nobody tells what became of the canary, mail flows after a minute") {
  Lab lab(8);
  lab.time.pass(70s);
  CHECK(lab.queue.pushes == Pushes{1, 7});
}

TEST_CASE("after a sleep of the machine a flush goes on") {
  Lab lab(20);
  lab.time.suspend(4h);
  lab.time.pass(5s);
  CHECK(lab.queue.pushes == Pushes{1});
  lab.all_delivered();
  lab.time.pass(2s);
  CHECK(lab.flushed.empty());
  CHECK(lab.queue.pushes == Pushes{1, 10});
}

TEST_CASE("held again, nothing more is pushed") {
  Lab lab(50);
  lab.all_delivered();
  lab.time.pass(1s);
  lab.queue.come_back();
  lab.flusher.stop(kBack);
  lab.time.pass(10min);
  CHECK(lab.queue.pushes == Pushes{1, 10});
}

TEST_CASE("a trial that comes while the queue is being listed for others waits for a list of its own") {
  Lab lab(1);
  while (!lab.queue.is_listing) lab.time.turn(1s);
  std::optional<bool> found;
  lab.flusher.try_one(kOther, [&](bool any) { found = any; });
  lab.time.pass(1s);
  CHECK(found == true);
}
