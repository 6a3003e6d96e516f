#include "cli/check_arguments.hpp"

#include <charconv>
#include <functional>
#include <map>

#include "config/duration.hpp"

namespace mxpulse::cli {

const char* const kCheckHelp =
    "usage: mxpulse check [OPTIONS] TARGET...|-\n"
    "Asks the mail hosts of each domain now: verdict, every address with its phases, and whether it is us.\n"
    "\"-\" reads targets from standard input, a line each.\n"
    "\n"
    "  --json                  one JSON object a line\n"
    "  --dns IP[:PORT]         ask this resolver instead of the system's\n"
    "  --port N                mail port (25)\n"
    "  --allow CIDR            may be repeated: addresses that are denied otherwise, such as 127.0.0.0/8\n"
    "  --direct                targets are addresses, DNS is not asked\n"
    "  --connect-timeout D     30s\n"
    "  --greeting-timeout D    60s\n"
    "  --concurrency N         targets at a time (100)\n"
    "\n"
    "Exit status: 0 all available, 1 some not, 2 usage, 3 could not ask. NO_COLOR turns colours off.\n";

namespace {

// Each option takes its value and answers with what is wrong with it, or nothing.
using Take = std::function<std::optional<std::string>(const std::string&)>;

std::optional<std::size_t> parse_number(const std::string& text, std::size_t least, std::size_t most) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < least || number > most) return std::nullopt;
  return number;
}

Take duration_into(Duration& limit) {
  return [&limit](const std::string& value) -> std::optional<std::string> {
    const auto duration = config::parse_duration(value);
    if (!duration) return duration.why();
    if (*duration <= Duration(0) || *duration > std::chrono::minutes(10)) return "must be more than 0 and at most 10m";
    limit = *duration;
    return std::nullopt;
  };
}

std::map<std::string, Take> options_of(CheckArguments& parsed) {
  return {
      {"--dns",
       [&](const std::string& value) -> std::optional<std::string> {
         parsed.dns = Endpoint::parse(value, 53);
         if (!parsed.dns || parsed.dns->port == 0) return "not an address; write it like 192.0.2.53 or [2001:db8::53]:53";
         return std::nullopt;
       }},
      {"--port",
       [&](const std::string& value) -> std::optional<std::string> {
         const auto port = parse_number(value, 1, 65535);
         if (!port) return "not a port; give a number from 1 to 65535";
         parsed.port = static_cast<std::uint16_t>(*port);
         return std::nullopt;
       }},
      {"--allow",
       [&](const std::string& value) -> std::optional<std::string> {
         const auto range = AddressRange::parse(value);
         if (!range) return "not an address range; write it like 127.0.0.0/8, with no bits set beyond the prefix";
         parsed.allow.push_back(*range);
         return std::nullopt;
       }},
      {"--connect-timeout", duration_into(parsed.connect_timeout)},
      {"--greeting-timeout", duration_into(parsed.greeting_timeout)},
      {"--concurrency",
       [&](const std::string& value) -> std::optional<std::string> {
         const auto number = parse_number(value, 1, 20000);
         if (!number) return "give a number from 1 to 20000";
         parsed.concurrency = *number;
         return std::nullopt;
       }},
  };
}

}  // namespace

Result<CheckArguments> parse_check_arguments(const std::vector<std::string>& arguments) {
  using Failed = Result<CheckArguments>;
  CheckArguments parsed;
  const auto options = options_of(parsed);
  bool options_ended = false;

  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (options_ended || argument == "-" || !argument.starts_with('-')) {
      if (argument == "-")
        parsed.from_standard_input = true;
      else
        parsed.targets.push_back(argument);
    } else if (argument == "--") {
      options_ended = true;
    } else if (argument == "--help" || argument == "-h") {
      parsed.help = true;
    } else if (argument == "--json") {
      parsed.json = true;
    } else if (argument == "--direct") {
      parsed.direct = true;
    } else {
      const auto equals = argument.find('=');
      const std::string name = argument.substr(0, equals);
      const auto option = options.find(name);
      if (option == options.end()) return Failed::failure("there is no option " + name + "; see mxpulse check --help");
      if (equals == std::string::npos && i + 1 == arguments.size()) return Failed::failure(name + " needs a value");
      const std::string value = equals == std::string::npos ? arguments[++i] : argument.substr(equals + 1);
      if (const auto wrong = option->second(value)) return Failed::failure(name + " \"" + value + "\": " + *wrong);
    }
  }
  if (parsed.from_standard_input && !parsed.targets.empty()) return Failed::failure("give targets or \"-\", not both");
  if (!parsed.help && !parsed.from_standard_input && parsed.targets.empty())
    return Failed::failure("no target; see mxpulse check --help");
  return parsed;
}

}  // namespace mxpulse::cli
