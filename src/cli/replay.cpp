#include "cli/replay.hpp"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/classified_file.hpp"
#include "cli/exit_code.hpp"
#include "cli/replay_run.hpp"
#include "config/duration.hpp"
#include "config/load.hpp"
#include "daemon/options.hpp"
#include "net/loop.hpp"

namespace mxpulse::cli {
namespace {

constexpr const char* kHelp =
    "mxpulse replay [--config FILE] [--format FORMAT] [--json] LOG...\n"
    "\n"
    "Runs old MTA logs (gzip too; oldest first) through the watchlist and the gate: which attempts would have been spared,\n"
    "which mail would have left sooner. Asks nobody: a host counts as silent from its bounces until the log tells of an\n"
    "answer. --config takes [watch], [probe], [health] and [gate] from a configuration file. Formats are those of classify.\n"
    "Exit 0; 2: wrong usage; 1: a file cannot be read.\n";

constexpr std::size_t kShown = 20;  // destinations a person reads

struct Arguments {
  config::Config config;
  std::string format = "auto";
  bool json = false;
  std::vector<std::string> paths;
};

// Empty: wrong, and said so.
std::optional<Arguments> parse(const std::vector<std::string>& words) {
  Arguments arguments;
  for (std::size_t at = 0; at < words.size(); ++at) {
    const std::string& word = words[at];
    const bool has_value = at + 1 < words.size();
    if (word == "--json") {
      arguments.json = true;
    } else if (word == "--format" && has_value) {
      arguments.format = words[++at];
    } else if (word == "--config" && has_value) {
      auto loaded = config::load(words[++at]);
      if (!loaded) {
        std::fprintf(stderr, "%s\n", loaded.why().c_str());
        return std::nullopt;
      }
      arguments.config = std::move(*loaded);
    } else if (word.starts_with("-") && word != "-") {
      std::fprintf(stderr, "mxpulse replay: there is no option \"%s\"; --help lists them\n", word.c_str());
      return std::nullopt;
    } else {
      arguments.paths.push_back(word);
    }
  }
  if (!arguments.paths.empty() && is_mail_format(arguments.format)) return arguments;
  std::fputs(kHelp, stderr);
  return std::nullopt;
}

// A first probe at once, the others as far apart as undecided hosts are asked.
ReplayOptions options_of(const config::Config& config) {
  ReplayOptions options;
  options.watch = daemon::monitor_options(config, 1).watch;
  options.policy = daemon::gate_options(config).policy;
  options.detection = (config.health.fall - 1) * std::max(config.probe.interval_undecided, config.probe.per_address);
  return options;
}

Replayed sum(const std::vector<Replayed>& all) {
  Replayed total;
  for (const Replayed& one : all) {
    total.failed += one.failed;
    total.spared += one.spared;
    total.trials += one.trials;
    total.holds += one.holds;
    total.held += one.held;
    total.waited += one.waited;
    total.sooner += one.sooner;
    total.sooner_least += one.sooner_least;
    total.sooner_most += one.sooner_most;
  }
  return total;
}

nlohmann::ordered_json json_of(const Replayed& told) {
  return {{"attempts_failed", told.failed},
          {"attempts_spared", told.spared},
          {"trials", told.trials},
          {"holds", told.holds},
          {"held_seconds", to_seconds(told.held)},
          {"messages_delivered_late", told.waited},
          {"messages_sooner", told.sooner},
          {"sooner_seconds_least", to_seconds(told.sooner_least)},
          {"sooner_seconds_most", to_seconds(told.sooner_most)}};
}

void print_json(const std::vector<Replayed>& all, std::size_t events) {
  nlohmann::ordered_json answer{{"schema_version", 1}, {"events", events}, {"total", json_of(sum(all))}};
  answer["destinations"] = nlohmann::ordered_json::array();
  for (const Replayed& one : all) {
    nlohmann::ordered_json line{{"destination", one.destination.text()}, {"exhausted", one.exhausted}};
    line.update(json_of(one));
    answer["destinations"].push_back(std::move(line));
  }
  std::printf("%s\n", answer.dump(2).c_str());
}

std::string mean(Duration altogether, std::size_t count) {
  if (count == 0) return "-";
  const auto each = std::chrono::round<std::chrono::seconds>(altogether / static_cast<Duration::rep>(count));
  return config::duration_text(each);
}

void print_text(const std::vector<Replayed>& all, std::size_t events) {
  const Replayed total = sum(all);
  if (total.failed == 0) {
    std::printf("%zu delivery events, and none of them met no answer.\n", events);
    return;
  }
  std::printf("%zu of %zu attempts that met no answer would have been spared; the retry schedule would have made %zu.\n",
              total.spared, total.failed, total.trials);
  std::printf("%zu messages waited for a host and were delivered; each would have left %s sooner at least, %s at most.\n\n",
              total.waited, mean(total.sooner_least, total.waited).c_str(), mean(total.sooner_most, total.waited).c_str());
  std::printf("%-32s %8s %8s %8s %8s %10s %8s %10s %10s\n", "destination", "failed", "spared", "trials", "holds", "held",
              "late mail", "sooner: >=", "<=");
  for (std::size_t at = 0; at < std::min(all.size(), kShown); ++at) {
    const Replayed& one = all[at];
    std::printf("%-32s %8zu %8zu %8zu %8zu %10s %9zu %10s %10s%s\n", one.destination.c_str(), one.failed, one.spared,
                one.trials, one.holds, mean(one.held, 1).c_str(), one.waited, mean(one.sooner_least, one.waited).c_str(),
                mean(one.sooner_most, one.waited).c_str(), one.exhausted ? "  exhausted" : "");
  }
  if (all.size() > kShown) std::printf("and %zu more; --json lists all\n", all.size() - kShown);
}

}  // namespace

int replay(const std::vector<std::string>& words) {
  if (words.size() == 1 && (words[0] == "--help" || words[0] == "-h")) return std::fputs(kHelp, stdout) < 0 ? kNotGood : kGood;
  const auto arguments = parse(words);
  if (!arguments) return kUsage;
  ReplayRun run(options_of(arguments->config));
  const SystemTime now = net::MachineClock().now().system;
  bool all_read = true;
  for (const std::string& path : arguments->paths) {
    const auto read = read_mail_file(path, arguments->format, now, [&](const BounceEvent& event) { run.take(event); });
    if (read) continue;
    std::fprintf(stderr, "mxpulse replay: %s\n", read.why().c_str());
    all_read = false;
  }
  const auto results = run.results();
  if (arguments->json)
    print_json(results, run.events());
  else
    print_text(results, run.events());
  return all_read ? kGood : kNotGood;
}

}  // namespace mxpulse::cli
