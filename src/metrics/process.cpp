#include "metrics/process.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace mxpulse::metrics {
namespace {

// The fields of /proc/self/stat from the third on: the second is our name in parentheses, which may hold anything (proc(5)).
std::vector<std::string> status_fields() {
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::istringstream fields(text.substr(std::min(text.rfind(')') + 1, text.size())));
  return {std::istream_iterator<std::string>(fields), {}};
}

constexpr std::size_t kStarted = 22 - 3;  // in ticks since the machine's start
constexpr std::size_t kPages = 24 - 3;

double seconds(const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; }

// When the machine started, as Unix time; 0 if it does not say.
double machine_start() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word; file.ignore(std::numeric_limits<std::streamsize>::max(), '\n')) {
    double time = 0;
    if (word == "btime" && file >> time) return time;
  }
  return 0;
}

// Since Linux 6.2 the folder's size tells them; before, it is 0, and each is looked at: milliseconds, for ten thousand.
std::optional<double> open_files() {
  constexpr const char* kFolder = "/proc/self/fd";
  struct stat folder {};
  if (stat(kFolder, &folder) == 0 && folder.st_size > 0) return static_cast<double>(folder.st_size);
  std::error_code error;
  const std::filesystem::directory_iterator files(kFolder, error);
  if (error) return std::nullopt;
  return static_cast<double>(std::distance(begin(files), end(files))) - 1;  // its own
}

void tell(const Name& name, double value, SeriesSink& sink) {
  sink.metric(name);
  sink.series({}, value);
}

}  // namespace

void tell_process(SeriesSink& sink) {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) tell(kProcessCpu, seconds(usage.ru_utime) + seconds(usage.ru_stime), sink);

  const auto fields = status_fields();
  if (fields.size() > kPages) {
    const auto number = [&](std::size_t field) { return std::strtod(fields[field].c_str(), nullptr); };
    tell(kProcessMemory, number(kPages) * static_cast<double>(sysconf(_SC_PAGESIZE)), sink);
    tell(kProcessStart, machine_start() + number(kStarted) / static_cast<double>(sysconf(_SC_CLK_TCK)), sink);
  }

  if (const auto open = open_files()) tell(kProcessOpenFiles, *open, sink);
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) tell(kProcessMaxFiles, static_cast<double>(limit.rlim_cur), sink);
}

}  // namespace mxpulse::metrics
