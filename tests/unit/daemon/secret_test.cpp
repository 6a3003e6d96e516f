#include "daemon/secret.hpp"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "support/catch.hpp"

using namespace mxpulse::daemon;

namespace {

class SecretFile {
 public:
  explicit SecretFile(const std::string& text) { std::ofstream(path) << text; }
  ~SecretFile() { std::remove(path.c_str()); }
  const std::string path = (std::filesystem::temp_directory_path() / ("mxpulse-secret-" + std::to_string(::getpid()))).string();
};

}  // namespace

TEST_CASE("a secret is the first line of its file") {
  CHECK(*read_secret(SecretFile("0123456789abcdef0\nmore\n").path) == "0123456789abcdef0");
  CHECK(*read_secret(SecretFile("0123456789abcdef").path) == "0123456789abcdef");
}

TEST_CASE("a file without a secret worth the name is refused with the mend") {
  for (const auto* text : {"", "short\n", "\n0123456789abcdef\n", "sixteen words or so\n"}) {
    const SecretFile file(text);
    CHECK(read_secret(file.path).why().find("openssl rand -hex 16") != std::string::npos);
  }
  CHECK(read_secret("/nowhere/token").why() == "/nowhere/token: No such file or directory");
  CHECK_FALSE(read_secret("/"));
}

TEST_CASE("a secret is the same only in every byte") {
  CHECK(is_same_secret("0123456789abcdef", "0123456789abcdef"));
  CHECK_FALSE(is_same_secret("0123456789abcdef", "0123456789abcdeF"));
  CHECK_FALSE(is_same_secret("0123456789abcdef", "0123456789abcde"));
  CHECK_FALSE(is_same_secret("0123456789abcdef", ""));
}
