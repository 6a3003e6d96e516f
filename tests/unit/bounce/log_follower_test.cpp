#include "bounce/log_follower.hpp"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "support/catch.hpp"

using namespace mxpulse::bounce;

namespace {

struct Example {
  Example() {
    std::string name = std::filesystem::temp_directory_path() / "mxpulse-follower-XXXXXX";
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder = name;
  }
  ~Example() { std::filesystem::remove_all(folder); }

  void append(const std::string& text) const { std::ofstream(folder / "log", std::ios::app) << text; }
  std::vector<std::string> read() {
    lines.clear();
    while (true) {
      const auto more = follower().read();
      if (!more || !*more) return lines;
    }
  }
  LogFollower& follower() {
    if (!follower_) follower_.emplace((folder / "log").string(), [this](std::string_view line) { lines.emplace_back(line); });
    return *follower_;
  }

  std::filesystem::path folder;
  std::vector<std::string> lines;
  std::optional<LogFollower> follower_;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a log is read from its start, then what is added, and a line once it has its end") {
  Example log;
  log.append("one\ntwo\nthr");
  CHECK(log.read() == Lines{"one", "two"});
  CHECK(log.read().empty());
  log.append("ee\nfour\n");
  CHECK(log.read() == Lines{"three", "four"});
}

TEST_CASE("a log rotated by renaming is read to its end, then the new one") {
  Example log;
  log.append("one\n");
  CHECK(log.read() == Lines{"one"});
  log.append("two\n");
  std::filesystem::rename(log.folder / "log", log.folder / "log.1");
  CHECK(log.read() == Lines{"two"});
  log.append("three\n");
  CHECK(log.read() == Lines{"three"});
}

TEST_CASE("a log that was truncated is read from its start again") {
  Example log;
  log.append("one\ntwo\n");
  CHECK(log.read().size() == 2);
  std::filesystem::resize_file(log.folder / "log", 0);
  log.append("x\n");
  CHECK(log.read() == Lines{"x"});
}

TEST_CASE("a log that is not there yet is a failure for now") {
  Example log;
  CHECK_FALSE(log.follower().read());
  log.append("one\n");
  CHECK(log.read() == Lines{"one"});
}

TEST_CASE("a folder is no log") {
  LogFollower follower("/tmp", [](std::string_view) {});
  CHECK(follower.read().why() == "/tmp: is not a file");
}

TEST_CASE("a line without end is left out and counted, the next one is read") {
  Example log;
  log.append(std::string(300'000, 'x'));
  CHECK(log.read().empty());
  log.append("\nnext\n");
  CHECK(log.read() == Lines{"next"});
  CHECK(log.follower().lines_left_out() == 1);
}
