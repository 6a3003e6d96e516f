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

  // As after a kill: another one goes on from a position that was written down.
  void restart(const LogPosition& from) {
    follower_.reset();
    recalled.clear();
    follower().resume(*LogPosition::parse(from.text()), [this](std::string_view line) { recalled.emplace_back(line); });
  }
  LogPosition position() { return *follower().position(); }
  // Where it stands once this was written and read.
  LogPosition left_after(const std::string& text) {
    append(text);
    read();
    return position();
  }
  void rename(const char* from, const char* to) const { std::filesystem::rename(folder / from, folder / to); }
  void copy_and_truncate(const char* to) const {
    std::filesystem::copy_file(folder / "log", folder / to);
    std::filesystem::resize_file(folder / "log", 0);
  }

  std::filesystem::path folder;
  std::vector<std::string> lines;
  std::vector<std::string> recalled;
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
  log.rename("log", "log.1");
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

TEST_CASE(
    "a megabyte without a line end, written in pieces, is left out, and nothing of it is kept in memory or taken for a line") {
  Example log;
  log.append("one\n");
  for (int i = 0; i < 64; ++i) {
    log.append(std::string(16'384, static_cast<char>('a' + i % 26)));
    CHECK(log.read() == (i == 0 ? Lines{"one"} : Lines{}));
    CHECK(log.position().offset == 4);
  }
  log.append(" Nov 25 mail postfix/smtp[7]: forged\nnext\n");
  CHECK(log.read() == Lines{"next"});
  CHECK(log.follower().lines_left_out() == 1);
}

TEST_CASE("a line as long as is read at once, and one longer, come to the lines after them whole") {
  for (const std::size_t length : {65'535u, 65'536u, 65'537u, 131'072u, 1u << 20}) {
    Example log;
    log.append(std::string(length, 'x') + "\nnext\n");
    const Lines lines = log.read();
    REQUIRE_FALSE(lines.empty());
    CHECK(lines.back() == "next");
    CHECK(lines.size() == (length <= 65'536 ? 2 : 1));
    CHECK(log.follower().lines_left_out() == (length <= 65'536 ? 0 : 1));
  }
}

TEST_CASE("after a restart it goes on behind the last whole line, and recalls those before it") {
  Example log;
  log.append("one\ntwo\nthr");
  CHECK(log.read() == Lines{"one", "two"});
  const LogPosition position = log.position();
  log.append("ee\nfour\n");
  log.restart(position);
  CHECK(log.position() == position);
  CHECK(log.read() == Lines{"three", "four"});
  CHECK(log.recalled == Lines{"one", "two"});
}

TEST_CASE("the position moves with every line that was taken") {
  Example log;
  const LogPosition end = log.left_after("one\ntwo\nthree\n");
  CHECK(end.offset == 14);
  log.restart(end);
  CHECK(log.read().empty());
  log.append("four\n");
  CHECK(log.read() == Lines{"four"});
  CHECK(log.position().offset == 19);
}

TEST_CASE("after a restart amid a line that is too long, its rest is not taken for a line") {
  Example log;
  log.append("one\n" + std::string(200'000, 'x'));
  CHECK(log.read() == Lines{"one"});
  log.restart(log.position());
  log.append("forged\nnext\n");
  CHECK(log.read() == Lines{"next"});
}

TEST_CASE("a log rotated by renaming while we were away is read to its end, then those since, then the new one") {
  Example log;
  const LogPosition position = log.left_after("one\n");
  log.append("two\n");
  log.rename("log", "log.1");
  log.append("three\n");
  log.rename("log.1", "log.2");
  log.rename("log", "log.1");
  log.append("four\n");
  std::ofstream(log.folder / "log.old") << "no rotation of ours\n";
  log.restart(position);
  CHECK(log.read() == Lines{"two", "three", "four"});
  log.append("five\n");
  CHECK(log.read() == Lines{"five"});
}

TEST_CASE("a log rotated before anything of it was ever read loses no line, and what was rotated before is no news") {
  for (const bool is_there : {false, true}) {
    for (const bool is_followed : {false, true}) {
      for (const bool is_copied : {false, true}) {
        CAPTURE(is_there, is_followed, is_copied);
        Example log;
        log.append("old\n");
        log.rename("log", "log-20261124");
        if (is_there) log.append("");
        CHECK(log.read().empty());
        const LogPosition position = log.position();
        log.append("one\n");
        is_copied ? log.copy_and_truncate("log-20261125") : log.rename("log", "log-20261125");
        log.append("two\n");
        if (!is_followed) log.restart(position);
        CHECK(log.read() == Lines{"one", "two"});
      }
    }
  }
}

TEST_CASE("the first log of all loses no line though it was rotated before anything of it was read") {
  Example log;
  CHECK_FALSE(log.follower().read());
  const LogPosition position = log.position();
  log.append("one\n");
  log.rename("log", "log.1");
  CHECK(log.read() == Lines{"one"});
  log.restart(position);
  log.append("two\n");
  CHECK(log.read() == Lines{"one", "two"});
}

TEST_CASE("between the renaming and the new log, the old one is read, and the position is kept") {
  Example log;
  const LogPosition position = log.left_after("one\n");
  log.append("two\n");
  log.rename("log", "log.1");
  log.restart(position);
  CHECK(log.read() == Lines{"two"});
  CHECK(log.position().offset == 8);
  log.restart(log.position());
  log.append("three\n");
  CHECK(log.read() == Lines{"three"});
}

TEST_CASE("a log that was copied and truncated while we were away is read from its copy, then from its start") {
  Example log;
  const LogPosition position = log.left_after("one\n");
  log.append("two\n");
  log.copy_and_truncate("log.1");
  log.append("three, longer than all that was before it\n");
  log.restart(position);
  CHECK(log.read() == Lines{"two", "three, longer than all that was before it"});
}

TEST_CASE("a log that was truncated and has grown beyond what was read, between two looks, is seen by its start") {
  Example log;
  log.append("one\n");
  CHECK(log.read() == Lines{"one"});
  log.append("two\n");
  log.copy_and_truncate("log.1");
  log.append("three, longer than all that was before it\n");
  CHECK(log.read() == Lines{"two", "three, longer than all that was before it"});
}

TEST_CASE("two rotations between two looks lose no line") {
  Example log;
  log.append("one\n");
  CHECK(log.read() == Lines{"one"});
  log.append("two\n");
  log.rename("log", "log.2");
  log.append("three\n");
  log.rename("log", "log.1");
  log.append("four\n");
  CHECK(log.read() == Lines{"two", "three", "four"});
}

TEST_CASE("a log truncated twice while we were away, of which nothing was read between, loses no line") {
  Example log;
  log.append("one\n");
  log.read();
  log.copy_and_truncate("log.2");
  CHECK(log.read().empty());
  const LogPosition position = log.position();
  log.append("two\n");
  log.copy_and_truncate("log.1");
  log.append("three\n");
  log.restart(position);
  CHECK(log.read() == Lines{"two", "three"});
}

TEST_CASE("a log copied and truncated before anything of it was read, while it is followed, loses no line") {
  Example log;
  log.append("one\n");
  log.read();
  log.copy_and_truncate("log.3");
  CHECK(log.read().empty());
  log.append("two\n");
  log.copy_and_truncate("log.2");
  CHECK(log.read() == Lines{"two"});
  log.append("three\n");
  CHECK(log.read() == Lines{"three"});
  log.copy_and_truncate("log.1");
  CHECK(log.read().empty());
  log.append("four\n");
  CHECK(log.read() == Lines{"four"});
}

TEST_CASE("whatever lines, rotations, looks and restarts follow each other, each line is read once") {
  const std::string kSteps = "wrclk";  // write, rename, copy and truncate, look, kill and restart
  constexpr int kLength = 5;
  int orders = 1;
  for (int i = 0; i < kLength; ++i) orders *= static_cast<int>(kSteps.size());
  for (int order = 0; order < orders; ++order) {
    Example log;
    std::string steps = "l";
    for (int i = 0, rest = order; i < kLength; ++i, rest /= static_cast<int>(kSteps.size()))
      steps += kSteps[static_cast<std::size_t>(rest) % kSteps.size()];
    steps += "wl";  // between the renaming and a new log nobody looks for more
    Lines written, read;
    int rotations = 0;
    std::optional<LogPosition> kept;
    for (const char step : steps) {
      const std::string rotated = "log-" + std::to_string(10 + rotations);
      const bool is_there = exists(log.folder / "log");
      if (step == 'w') log.append(written.emplace_back("line " + std::to_string(written.size())) + "\n");
      if (step == 'r' && is_there) ++rotations, log.rename("log", rotated.c_str());
      if (step == 'c' && is_there) ++rotations, log.copy_and_truncate(rotated.c_str());
      if (step == 'k') log.restart(*kept);
      if (step != 'l') continue;
      for (const std::string& line : log.read()) read.push_back(line);
      kept = log.position();
    }
    CAPTURE(steps);
    REQUIRE(read == written);
  }
}

TEST_CASE("another file with the old one's inode is a new one") {
  Example log;
  const LogPosition position = log.left_after("one\ntwo\n");
  std::filesystem::resize_file(log.folder / "log", 0);
  log.append("other words, of another file that has the inode now\n");
  log.restart(position);
  CHECK(log.read() == Lines{"other words, of another file that has the inode now"});
}

TEST_CASE("a position that nobody wrote is none") {
  CHECK(LogPosition::parse("log 1 2 3 3 5"));
  for (const char* text : {"", "log", "log 1 2 3 3", "log 1 2 3 3 5 6", "log 1 2 3 4 5", "log 1 2 -3 3 5", "log 1 2 9999 300 5",
                           "log 1 2 18446744073709551615 3 5", "maildir 1 2 3 3 5"})
    CHECK_FALSE(LogPosition::parse(text));
}
