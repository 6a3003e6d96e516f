#include "health/address_health.hpp"
#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::health;
using namespace std::chrono_literals;

namespace {

const Address kHost = *Address::parse("192.0.2.1");

Now at(int second) { return {SteadyTime(std::chrono::seconds(second)), SystemTime(std::chrono::seconds(second))}; }

ProbeResult said(Cause cause, std::string greeting = "") {
  ProbeResult result;
  result.cause = cause;
  result.greeting = std::move(greeting);
  result.why = "why";
  return result;
}

}  // namespace

TEST_CASE("what is known of an address is known after a restart") {
  AddressBook before({2, 1});
  ProbeResult ready = said(Cause::kReady, "220 hello");
  ready.reply_code = 220;
  before.record(kHost, ready, at(10));
  before.record(kHost, said(Cause::kTimeout), at(20));
  AddressBook after({2, 1});
  after.resume(*before.saved(kHost), at(30).system);
  CHECK(after.saved(kHost) == before.saved(kHost));
  CHECK(after.record(kHost, said(Cause::kTimeout), at(40)) == Transition::kChanged);
  CHECK(after.find(kHost)->streak.first() == at(20).system);
}

TEST_CASE("every no-answer and every change is to be written, an answer as before is not") {
  AddressBook book({2, 1});
  book.unsaved().want();
  const auto writes = [&](Cause cause, int second) {
    book.record(kHost, said(cause), at(second));
    return book.unsaved().take().size() == 1;
  };
  CHECK(writes(Cause::kReady, 10));
  CHECK_FALSE(writes(Cause::kReady, 20));
  CHECK(writes(Cause::kBusy, 30));
  CHECK(writes(Cause::kTimeout, 40));
  CHECK(writes(Cause::kTimeout, 50));
  CHECK(writes(Cause::kTimeout, 60));
  CHECK(writes(Cause::kReady, 70));
  CHECK_FALSE(writes(Cause::kReady, 80));
  book.forget(kHost);
  CHECK(book.unsaved().take().size() == 1);
  CHECK_FALSE(book.saved(kHost));
}

TEST_CASE("without a store nothing is noted") {
  AddressBook book({2, 1});
  book.record(kHost, said(Cause::kTimeout), at(10));
  CHECK(book.unsaved().take().empty());
}
