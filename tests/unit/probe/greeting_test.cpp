#include "probe/greeting.hpp"

#include "probe/printable.hpp"
#include "support/catch.hpp"

using namespace mxpulse::probe;
using State = Greeting::State;

TEST_CASE("a single line is a greeting, in one piece or byte by byte") {
  for (const std::string text : {"220 mx ESMTP\r\n", "220 mx ESMTP\n", "220\r\n"}) {
    Greeting whole;
    CHECK(whole.take(text) == State::kComplete);
    Greeting slow;
    for (std::size_t i = 0; i + 1 < text.size(); ++i) CHECK(slow.take(text.substr(i, 1)) == State::kUnfinished);
    CHECK(slow.take(text.substr(text.size() - 1)) == State::kComplete);
    CHECK(slow.code() == 220);
  }
}

TEST_CASE("of several lines the final one decides") {
  Greeting greeting;
  CHECK(greeting.take("220-one\r\n220-two\r\n") == State::kUnfinished);
  CHECK(greeting.is_smtp_so_far());
  CHECK(greeting.take("554 three\r\n") == State::kComplete);
  CHECK(greeting.code() == 554);
  CHECK(greeting.last_line() == "554 three");
}

TEST_CASE("what is no reply line is not SMTP") {
  for (const char* text :
       {"HTTP/1.1 400 Bad Request\r\n", "\r\n", "22\r\n", "220x\r\n", "020 a\r\n", "620 a\r\n", "2200 a\r\n", "SSH-2.0-x\r\n"}) {
    CAPTURE(text);
    CHECK(Greeting().take(text) == State::kNotSmtp);
  }
}

TEST_CASE("a greeting is bounded in its line, its lines and its bytes") {
  CHECK(Greeting().take(std::string(kLineMax + 1, 'x')) == State::kNotSmtp);
  Greeting many;
  for (std::size_t i = 0; i < kLinesMax; ++i) CHECK(many.take("220-a\r\n") == State::kUnfinished);
  CHECK(many.take("220-a\r\n") == State::kNotSmtp);
  Greeting large;
  const std::string line = "220-" + std::string(1000, 'x') + "\r\n";
  State state = State::kUnfinished;
  for (int i = 0; i < 9; ++i) state = large.take(line);
  CHECK(state == State::kNotSmtp);
}

TEST_CASE("at the end a last line without its end counts") {
  Greeting greeting;
  greeting.take("220 hello");
  CHECK(greeting.end() == State::kComplete);
  Greeting partial;
  partial.take("22");
  CHECK(partial.end() == State::kNotSmtp);
}

TEST_CASE("every byte is shown printable, and no escape is cut") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (const char c : printable(all, 10'000)) CHECK((c >= 0x20 && c < 0x7f));
  CHECK(printable("a\x1b[31m\\\xff", 100) == "a\\x1B[31m\\x5C\\xFF");
  CHECK(printable("abc\xff", 6) == "abc");
  CHECK(printable("abc\xff", 7) == "abc\\xFF");
}
