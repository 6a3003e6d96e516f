#include "bounce/syslog_stamp.hpp"

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::bounce;
using namespace std::chrono_literals;

namespace {

const SystemTime kNow{1'700'000'000s};   // 2023-11-14 22:13:20 UTC
const SystemTime kRead{1'699'999'200s};  // 22:00:00 UTC that day

// The same wall clock, in the zone of the machine.
SystemTime local(int year, int month, int day, int hour) {
  std::tm time{};
  time.tm_year = year - 1900;
  time.tm_mon = month - 1;
  time.tm_mday = day;
  time.tm_hour = hour;
  time.tm_isdst = -1;
  return std::chrono::system_clock::from_time_t(mktime(&time));
}

}  // namespace

TEST_CASE("a stamp with a zone is an instant") {
  for (const char* text :
       {"2023-11-14T22:00:00Z mail", "2023-11-14T22:00:00.123456+00:00 mail", "2023-11-14T23:00:00+01:00 mail",
        "2023-11-14T23:00:00+0100 mail", "2023-11-14T23:00:00,123+01 mail", "2023-11-14 23:00:00 +0100 [123]",
        "2023-11-14 14:30:00.5-07:30 mail", "<22>1 2023-11-14T22:00:00.1Z mail", "[2023-11-14T22:00:00Z] mail"}) {
    INFO(text);
    CHECK(read_syslog_stamp(text, kNow) == kRead);
  }
}

TEST_CASE("a stamp without a zone is local time") {
  for (const char* text : {"2023-11-14 22:00:00 mail", "2023-11-14 22:00:00.123 mail", "2023/11/14 22:00:00 mail",
                           "Nov 14 22:00:00 mail", "<22>Nov 14 22:00:00 mail", "Nov 14 22:00:00.123456 mail",
                           "Nov 14 2023 22:00:00 mail", "Nov 14 22:00:00 2023 mail", "mail-1  | Nov 14 22:00:00 mail"}) {
    INFO(text);
    CHECK(read_syslog_stamp(text, kNow) == local(2023, 11, 14, 22));
  }
  CHECK(read_syslog_stamp("Nov  4 22:00:00 mail", kNow) == local(2023, 11, 4, 22));
  CHECK(read_syslog_stamp("Nov 4 22:00:00 mail", kNow) == local(2023, 11, 4, 22));
}

TEST_CASE("a month that is yet to come is last year's, a year that is written counts") {
  CHECK(read_syslog_stamp("Dec 24 22:00:00 mail", kNow) == local(2022, 12, 24, 22));
  CHECK(read_syslog_stamp("Dec 24 2019 22:00:00 mail", kNow) == local(2019, 12, 24, 22));
}

TEST_CASE("a stamp with a year is taken before one without") {
  CHECK(read_syslog_stamp("Nov 13 09:00:00 mail exim[1]: 2023-11-14 22:00:00 ", kNow) == local(2023, 11, 14, 22));
}

TEST_CASE("what is no time is none") {
  for (const char* text :
       {"", "mail postfix/smtp[1]:", "Nov", "Nov 14", "Nov 14 2x:00:00", "Nov 40 22:00:00", "2023-13-14 22:00:00",
        "2023-11-14 25:00:00", "9999-11-14 22:00:00", "2023-11-14", "Novel 14 22:00:00", "<", "[", "<22>"}) {
    INFO(text);
    CHECK_FALSE(read_syslog_stamp(text, kNow));
  }
}
