#include "cli/target_source.hpp"

#include <unistd.h>

#include <array>

#include "support/catch.hpp"

using mxpulse::cli::TargetSource;

namespace {

// A pipe whose writing end the test plays.
struct Pipe {
  Pipe() { REQUIRE(pipe(ends.data()) == 0); }
  ~Pipe() {
    close(ends[0]);
    end();
  }
  void write(std::string_view text) const {
    REQUIRE(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  void end() {
    if (ends[1] >= 0) close(ends[1]);
    ends[1] = -1;
  }

  std::array<int, 2> ends{};
};

}  // namespace

TEST_CASE("targets of the command line come in order, then the source has ended") {
  TargetSource source({"a.example", "b.example"});
  CHECK(source.next() == "a.example");
  CHECK_FALSE(source.ended());
  CHECK(source.next() == "b.example");
  CHECK_FALSE(source.next());
  CHECK(source.ended());
}

TEST_CASE("lines come as they are written, and nobody waits for the rest of one") {
  Pipe pipe;
  TargetSource source = TargetSource::lines_of(pipe.ends[0]);
  CHECK_FALSE(source.next());
  pipe.write("a.example\nb.exa");
  CHECK(source.next() == "a.example");
  CHECK_FALSE(source.next());
  CHECK_FALSE(source.ended());
  pipe.write("mple\r\n");
  CHECK(source.next() == "b.example");
  pipe.write("last.example");
  pipe.end();
  CHECK_FALSE(source.next());
  CHECK(source.next() == "last.example");
  CHECK_FALSE(source.next());
  CHECK(source.ended());
}

TEST_CASE("empty lines and comments are no targets") {
  Pipe pipe;
  TargetSource source = TargetSource::lines_of(pipe.ends[0]);
  pipe.write("\n  \n# a comment\n  a.example  \n");
  CHECK(source.next() == "a.example");
  CHECK_FALSE(source.next());
}

TEST_CASE("a line without end is kept within bounds") {
  Pipe pipe;
  TargetSource source = TargetSource::lines_of(pipe.ends[0]);
  for (int i = 0; i < 100; ++i) {
    pipe.write(std::string(4096, 'a'));
    CHECK_FALSE(source.next());
  }
  pipe.write("\n");
  CHECK(source.next()->size() <= 1024);
}
