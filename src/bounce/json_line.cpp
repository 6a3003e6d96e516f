#include "bounce/json_line.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "bounce/unix_second.hpp"

namespace mxpulse::bounce {
namespace {

using nlohmann::json;

constexpr std::size_t kLineMax = 65'536;  // bounds the depth of what is parsed too

std::string_view string_of(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return {};
  return found->get_ref<const std::string&>();
}

// __REALTIME_TIMESTAMP, in microseconds since 1970 (systemd.journal-fields(7)).
std::string stamp(std::string_view microseconds) {
  std::int64_t number = 0;
  std::from_chars(microseconds.data(), microseconds.data() + microseconds.size(), number);
  const auto time = at_unix_second(number / 1'000'000);
  return time && number > 0 ? rfc3339(*time) : "-";
}

std::string journal_line(const json& entry, std::string_view message) {
  const auto pid = string_of(entry, "SYSLOG_PID");
  std::string line = stamp(string_of(entry, "__REALTIME_TIMESTAMP")) + " ";
  line.append(string_of(entry, "_HOSTNAME")).append(" ").append(string_of(entry, "SYSLOG_IDENTIFIER")).append("[");
  line.append(pid.empty() ? string_of(entry, "_PID") : pid).append("]: ").append(message);
  return line;
}

class JsonLineParser final : public LogParser {
 public:
  explicit JsonLineParser(std::unique_ptr<LogParser> parser) : parser_(std::move(parser)) {}

  void take(std::string_view line, SystemTime now, const TellEvent& tell) override {
    const auto within = line_in_json(line);
    parser_->take(within ? std::string_view(*within) : line, now, tell);
  }

 private:
  std::unique_ptr<LogParser> parser_;
};

}  // namespace

std::optional<std::string> line_in_json(std::string_view line) {
  if (!line.starts_with('{') || line.size() > kLineMax) return std::nullopt;
  const auto object = json::parse(line.begin(), line.end(), nullptr, false);
  if (!object.is_object()) return std::nullopt;
  const auto message = string_of(object, "MESSAGE");
  std::string within(message.empty() ? std::string(string_of(object, "log")) : journal_line(object, message));
  while (within.ends_with('\n') || within.ends_with('\r')) within.pop_back();
  std::replace(within.begin(), within.end(), '\n', ' ');
  return within.empty() ? std::nullopt : std::optional(std::move(within));
}

std::unique_ptr<LogParser> with_json_lines(std::unique_ptr<LogParser> parser) {
  return std::make_unique<JsonLineParser>(std::move(parser));
}

}  // namespace mxpulse::bounce
