#include "gate/postfix_table.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "gate/whole_file.hpp"

namespace mxpulse::gate {
namespace {

using namespace std::chrono_literals;

constexpr auto kPostmapLimit = 30s;

}  // namespace

PostfixTable::PostfixTable(net::Loop& loop, PostfixOptions options) : loop_(loop), options_(std::move(options)) {
  const auto colon = options_.table.find(':');
  type_ = options_.table.substr(0, colon);
  path_ = options_.table.substr(colon + 1);
}

void PostfixTable::write(const std::set<DomainName>& held, OnWritten on_written) {
  held_ = held;
  waiting_.push_back(std::move(on_written));
  if (postmap_) {
    again_ = true;
    return;
  }
  begin();
}

void PostfixTable::begin() {
  again_ = false;
  const auto written = write_whole_file(path_ + ".new", text());
  if (!written) {
    postmap_ =
        std::make_unique<net::Command>(loop_, std::vector<std::string>{"true"}, kPostmapLimit, nullptr,
                                       [this, why = written.why()](const Result<bool>&) { finish(Result<bool>::failure(why)); });
    return;
  }
  postmap_ = std::make_unique<net::Command>(
      loop_, std::vector<std::string>{"postmap", "-c", options_.config_directory, type_ + ":" + path_ + ".new"}, kPostmapLimit,
      nullptr, [this](Result<bool> compiled) { finish(std::move(compiled)); });
}

void PostfixTable::finish(Result<bool> compiled) {
  postmap_.reset();
  if (again_) return begin();
  if (compiled) compiled = put_in_place();
  for (const auto& tell : std::exchange(waiting_, {})) tell(compiled);
}

// What Postfix reads comes first.
Result<bool> PostfixTable::put_in_place() const {
  for (const std::string& end : {suffix(), std::string()}) {
    const std::string from = path_ + ".new" + end;
    const std::string to = path_ + end;
    if (std::rename(from.c_str(), to.c_str()) != 0)
      return Result<bool>::failure(to + ": cannot be put in place: " + std::strerror(errno));
  }
  return true;
}

Result<bool> PostfixTable::clear_now() {
  using Failed = Result<bool>;
  postmap_.reset();
  waiting_.clear();
  held_.clear();
  auto written = write_whole_file(path_ + ".new", text());
  if (!written) return written;
  const std::string source = type_ + ":" + path_ + ".new";
  std::vector<const char*> argv{"postmap", "-c", options_.config_directory.c_str(), source.c_str(), nullptr};
  pid_t child = 0;
  const int error = posix_spawnp(&child, "postmap", nullptr, nullptr, const_cast<char* const*>(argv.data()), environ);
  if (error != 0) return Failed::failure(std::string("postmap: cannot be run: ") + std::strerror(error));
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (status != 0) return Failed::failure("postmap " + source + " failed; " + path_ + " still holds what it held");
  return put_in_place();
}

bool PostfixTable::holds_somebody() const {
  std::ifstream file(path_);
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.front() != '#') return true;
  }
  return false;
}

std::string PostfixTable::text() const {
  std::string text = "# Written by mxpulse: destinations whose mail waits. Changes made here are lost.\n";
  for (const DomainName& name : held_) text += name.text() + " " + options_.transport + ":\n";
  return text;
}

std::string PostfixTable::suffix() const {
  if (type_ == "lmdb") return ".lmdb";
  return type_ == "cdb" ? ".cdb" : ".db";
}

}  // namespace mxpulse::gate
