#include "bounce/maildir.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "mxpulse/saved.hpp"
#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::bounce;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

// A Maildir of the test's own, and what was read from it.
class Box {
 public:
  Box() {
    char name[] = "/tmp/mxpulse-maildir-XXXXXX";
    path_ = mkdtemp(name);
    for (const char* folder : {"new", "cur", "tmp"}) fs::create_directory(path_ / folder);
  }
  ~Box() { fs::remove_all(path_); }

  void put(const std::string& file, const std::string& text, SystemTime time = kTime) {
    std::ofstream(path_ / file) << text;
    const auto seconds = std::chrono::system_clock::to_time_t(time);
    const timespec times[2] = {{seconds, 0}, {seconds, 0}};
    REQUIRE(utimensat(AT_FDCWD, (path_ / file).c_str(), times, 0) == 0);
  }
  void move(const std::string& from, const std::string& to) { fs::rename(path_ / from, path_ / to); }
  bool has(const std::string& file) const { return fs::exists(path_ / file); }
  std::string path() const { return path_; }

  // What a reader takes that begins where the position says; nothing of it is forgotten by the box.
  std::vector<std::string> read(std::string& position) {
    std::vector<std::string> taken;
    Maildir reader(path_, [&](std::string_view message) { taken.emplace_back(message); });
    if (!position.empty()) REQUIRE(reader.resume(position));
    read_all(reader);
    position = reader.position();
    return taken;
  }

  static void read_all(Maildir& reader) {
    for (;;) {
      const auto more = reader.read(SystemTime(2'000'000'000s));
      REQUIRE(more);
      if (!*more) return;
    }
  }

  static constexpr SystemTime kTime{1'790'000'000s};

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("a Maildir: messages of new/ and cur/ are taken once each, the oldest first, and stay") {
  Box box;
  box.put("new/3.c.host", "third", Box::kTime + 2s);
  box.put("cur/1.a.host:2,S", "first", Box::kTime);
  box.put("new/2.b.host", "second", Box::kTime + 1s);
  box.put("tmp/4.d.host", "half of a");
  box.put("new/.hidden", "hidden");
  std::vector<std::string> taken;
  Maildir reader(box.path(), [&](std::string_view message) { taken.emplace_back(message); });
  Box::read_all(reader);
  CHECK(taken == std::vector<std::string>{"first", "second", "third"});
  Box::read_all(reader);
  box.move("new/2.b.host", "cur/2.b.host:2,RS");
  Box::read_all(reader);
  CHECK(taken.size() == 3);
  box.move("tmp/4.d.host", "new/4.d.host");
  Box::read_all(reader);
  CHECK(taken.size() == 4);
  CHECK(box.has("new/3.c.host"));
  CHECK(box.has("cur/2.b.host:2,RS"));
}

TEST_CASE("a Maildir: after a restart what was taken is not taken again, wherever it lies by then") {
  Box box;
  std::string position;
  box.put("new/1.a.host", "first");
  box.put("new/2.b.host", "second", Box::kTime + 1s);
  CHECK(box.read(position).size() == 2);
  box.move("new/1.a.host", "cur/1.a.host:2,S");
  CHECK(box.read(position).empty());
  // Written before the newest one was, moved into new/ after it.
  box.put("new/3.c.host", "late", Box::kTime - 30s);
  box.put("new/4.d.host", "next", Box::kTime + 5s);
  CHECK(box.read(position) == std::vector<std::string>{"late", "next"});
  CHECK(box.read(position).empty());
}

TEST_CASE("a Maildir: a thousand messages fit into a position, and none is taken twice") {
  Box box;
  for (int number = 0; number < 1000; ++number)
    box.put("new/" + std::to_string(number) + ".x.host", "m", Box::kTime + std::chrono::seconds(number / 10));
  std::string position;
  CHECK(box.read(position).size() == 1000);
  CHECK(position.size() <= kPositionMax);
  CHECK(box.read(position).empty());
  box.put("new/1000.x.host", "m", Box::kTime + 200s);
  CHECK(box.read(position).size() == 1);
}

TEST_CASE("a Maildir: one that is not there, or cannot be read, is said and tried again") {
  Maildir reader("/nonexistent/maildir", [](std::string_view) {});
  const auto read = reader.read(Box::kTime);
  REQUIRE_FALSE(read);
  CHECK(read.why() == "/nonexistent/maildir/new: No such file or directory");
}

TEST_CASE("a Maildir: a link or a folder in it is no message, a huge one is read up to a bound") {
  Box box;
  fs::create_symlink("/etc/passwd", box.path() + "/new/1.link.host");
  fs::create_directory(box.path() + "/new/2.folder.host");
  box.put("new/3.huge.host", std::string(3u << 20, 'x'));
  std::string position;
  const auto taken = box.read(position);
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].size() == kMessageReadMax);
}

TEST_CASE("a Maildir: a position that another wrote is not gone on from") {
  for (const char* bad : {"", "x", "1", "1:", "1:2:3", "-1:2", "1:2  3:4", "99999999999999999999:1", "1:g"}) {
    Maildir reader("/tmp", [](std::string_view) {});
    INFO(bad);
    CHECK_FALSE(reader.resume(bad));
  }
}
