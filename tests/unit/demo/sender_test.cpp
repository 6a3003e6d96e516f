#include <filesystem>

#include "demo/delivery_event.hpp"
#include "demo/mail_log.hpp"
#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::demo;
using namespace std::chrono_literals;

namespace {

std::string event_of(const char* name, std::chrono::seconds time) {
  for (const ScriptedDestination& one : scripted_destinations()) {
    if (one.name == name) return delivery_event(one, time, 7, SystemTime(1'700'000'000s));
  }
  return "";
}

}  // namespace

TEST_CASE("a sender meets what the script does to the host at that time") {
  const std::string silent = event_of("silent.example", 5s);
  CHECK(silent == R"({"time":1700000000.000000,"queue_id":"demo-7","destination":"silent.example","class":"no_answer",)"
                  R"("host":"mx.silent.example","cause":"silent"})");
  CHECK(event_of("silent.example", 30s).find(R"("class":"delivered")") != std::string::npos);
  CHECK(event_of("servfail.example", 5s).find(R"("class":"dns_temporary")") != std::string::npos);
  CHECK(event_of("servfail.example", 30s).find(R"("class":"delivered","host":"mx.servfail.example")") != std::string::npos);
}

TEST_CASE("mail goes to the backup while the first host refuses") {
  CHECK(event_of("backup.example", 5s).find(R"("class":"delivered","host":"mx2.backup.example")") != std::string::npos);
  CHECK(event_of("backup.example", 50s).find(R"("host":"mx1.backup.example")") != std::string::npos);
}

TEST_CASE("the mail log is rotated when it is full, and its folder goes with it") {
  std::filesystem::path folder;
  {
    MailLog log;
    folder = log.path().parent_path();
    const std::string line(1000, 'x');
    for (int i = 0; i < 1100; ++i) log.add(line);
    CHECK(std::filesystem::file_size(log.path()) < 1'000'000);
    CHECK(std::filesystem::exists(folder / "mail.log.1"));
  }
  CHECK_FALSE(std::filesystem::exists(folder));
}
