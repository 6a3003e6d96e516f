#include "gate/hold_guard.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace mxpulse::gate {

std::vector<std::unique_ptr<HoldTable>> HoldFiles::tables(net::Loop& loop) const {
  std::vector<std::unique_ptr<HoldTable>> all;
  if (!postfix.table.empty()) all.push_back(std::make_unique<PostfixTable>(loop, postfix));
  if (!exim.hold_file.empty()) all.push_back(std::make_unique<EximHoldFile>(loop, exim.hold_file));
  return all;
}

Result<bool> open_all_gates(const HoldFiles& files) {
  net::Loop loop;
  std::string failures;
  for (const auto& table : files.tables(loop)) {
    if (!table->holds_somebody()) continue;
    const auto cleared = table->clear_now();
    if (!cleared) failures += (failures.empty() ? "" : "; ") + cleared.why();
  }
  return failures.empty() ? Result<bool>(true) : Result<bool>::failure(failures);
}

Result<std::unique_ptr<HoldGuard>> HoldGuard::start(const HoldFiles& files) {
  using Started = Result<std::unique_ptr<HoldGuard>>;
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return Started::failure(std::string("pipe: ") + std::strerror(errno));
  const net::Descriptor child_end(ends[0]);
  net::Descriptor our_end(ends[1]);

  std::vector<std::string> arguments{"mxpulse", "open-gates", "--at-end-of-input"};
  if (!files.postfix.table.empty()) {
    arguments.insert(arguments.end(),
                     {"--postfix-table", files.postfix.table, "--postfix-config-directory", files.postfix.config_directory});
  }
  if (!files.exim.hold_file.empty()) arguments.insert(arguments.end(), {"--exim-hold-file", files.exim.hold_file});
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (std::string& one : arguments) argv.push_back(one.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, child_end.get(), STDIN_FILENO);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  pid_t child = 0;
  const int error = posix_spawn(&child, "/proc/self/exe", &actions, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0)
    return Started::failure(std::string("the process that guards the holds cannot be run: ") + std::strerror(error));
  return std::unique_ptr<HoldGuard>(new HoldGuard(child, std::move(our_end)));
}

HoldGuard::~HoldGuard() {
  pipe_.reset();
  while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace mxpulse::gate
