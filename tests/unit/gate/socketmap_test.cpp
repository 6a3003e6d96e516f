#include "gate/socketmap.hpp"

#include "support/catch.hpp"

namespace mxpulse::gate {
namespace {

const std::set<DomainName> kHeld{*DomainName::parse("example.org")};

std::string answers(std::string_view bytes) { return Socketmap::answer(bytes, kHeld, "mxhold").answers; }

}  // namespace

TEST_CASE("a held destination gets the transport, another one NOTFOUND with its space") {
  CHECK(answers("21:gate user@example.org,") == "10:OK mxhold:,");
  CHECK(answers("21:gate user@example.net,") == "9:NOTFOUND ,");
  CHECK(answers("23:gate u+ext@EXAMPLE.org.,") == "10:OK mxhold:,");
}

TEST_CASE("what has no domain is not held") {
  CHECK(answers("6:gate *,") == "9:NOTFOUND ,");
  CHECK(answers("16:gate example.org,") == "9:NOTFOUND ,");
  CHECK(answers("16:gate user@[::1]a,") == "9:NOTFOUND ,");
  CHECK(answers("0:,") == "9:NOTFOUND ,");
}

TEST_CASE("several questions at once are answered in order, and a piece of one waits") {
  const auto turn = Socketmap::answer("21:gate user@example.org,6:gate *,21:gate us", kHeld, "mxhold");
  CHECK(turn.answers == "10:OK mxhold:,9:NOTFOUND ,");
  CHECK(turn.used == 34);
  CHECK_FALSE(turn.is_nonsense);
  CHECK_FALSE(Socketmap::answer("2", kHeld, "mxhold").is_nonsense);
}

TEST_CASE("what is no netstring, or a larger one than the protocol knows, ends the connection") {
  for (const char* bytes : {"GET / HTTP/1.0\r\n", ":gate,", "-1:x,", "1000000:", "100001:", "4:gatex", "1234567"}) {
    CAPTURE(bytes);
    CHECK(Socketmap::answer(bytes, kHeld, "mxhold").is_nonsense);
  }
}

}  // namespace mxpulse::gate
