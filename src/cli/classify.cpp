#include "cli/classify.hpp"

#include <cstdio>
#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "bounce/delivery_report.hpp"
#include "bounce/line_source.hpp"
#include "bounce/log_parser.hpp"
#include "cli/exit_code.hpp"
#include "net/loop.hpp"

namespace mxpulse::cli {
namespace {

constexpr const char* kHelp =
    "mxpulse classify [--format auto|postfix|exim|sendmail|opensmtpd|qmail|dsn|ndjson] FILE...|-\n"
    "\n"
    "Prints one JSON object for each delivery event in MTA logs (gzip too) and delivery reports.\n"
    "auto looks at the first lines of each file. Exit 0; 2: wrong usage; 1: a file cannot be read.\n";

constexpr std::size_t kLookedAt = 200;        // lines by which the format is told
constexpr std::size_t kReportMax = 8u << 20;  // bytes of a delivery report

using MakeParser = std::unique_ptr<bounce::LogParser> (*)();

struct Dialect {
  const char* name;
  MakeParser make;
};

constexpr Dialect kDialects[] = {
    {"postfix", bounce::make_postfix_parser},   {"exim", bounce::make_exim_parser},
    {"sendmail", bounce::make_sendmail_parser}, {"opensmtpd", bounce::make_opensmtpd_parser},
    {"qmail", bounce::make_qmail_parser},       {"ndjson", bounce::make_ndjson_parser},
};

std::string rfc3339(SystemTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

void print(const BounceEvent& event) {
  nlohmann::ordered_json line;
  line["time"] = event.time ? nlohmann::ordered_json(rfc3339(*event.time)) : nlohmann::ordered_json();
  const auto text_or_null = [](const std::string& text) {
    return text.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(text);
  };
  line["queue_id"] = text_or_null(event.queue_id);
  line["destination"] = event.destination.text();
  line["host"] = text_or_null(event.host);
  line["address"] = event.address ? nlohmann::ordered_json(event.address->text()) : nlohmann::ordered_json();
  line["reply_code"] = event.reply_code ? nlohmann::ordered_json(*event.reply_code) : nlohmann::ordered_json();
  line["enhanced_code"] = text_or_null(event.enhanced_code);
  line["class"] = label(event.bounce_class);
  line["cause"] = event.cause ? nlohmann::ordered_json(label(*event.cause)) : nlohmann::ordered_json();
  line["said_by"] = label(event.said_by);
  line["text"] = event.text;
  const auto text = line.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
}

// The dialect that reads most of the first lines as events; a message is told by its header.
std::string told_format(const std::vector<std::string>& first, SystemTime now) {
  std::string best;
  std::size_t most = 0;
  for (const Dialect& dialect : kDialects) {
    std::size_t events = 0;
    const auto parser = dialect.make();
    for (const std::string& line : first) parser->take(line, now, [&](const BounceEvent&) { ++events; });
    if (events > most) {
      most = events;
      best = dialect.name;
    }
  }
  if (!best.empty()) return best;
  for (const std::string& line : first) {
    const auto colon = line.find(':');
    if (line.starts_with("From ") || line.starts_with(" ") || line.starts_with("\t")) continue;
    if (line.empty()) return "dsn";
    if (colon == std::string::npos || line.find(' ') < colon) break;
  }
  return "";
}

// One file; reads it once, holding back the first lines until the format is known.
class File {
 public:
  File(std::string format, SystemTime now) : format_(std::move(format)), now_(now) {
    if (format_ != "auto") choose();
  }

  bool take(std::string_view line) {
    if (format_ == "auto") {
      first_.emplace_back(line);
      if (first_.size() >= kLookedAt) tell_format();
    } else if (parser_) {
      parser_->take(line, now_, print);
    } else if (report_.size() + line.size() < kReportMax) {
      report_.append(line).append("\n");
    }
    return true;
  }

  void end() {
    if (format_ == "auto") tell_format();
    if (parser_) return;
    for (const BounceEvent& event : bounce::read_delivery_report(report_)) print(event);
  }

 private:
  void tell_format() {
    format_ = told_format(first_, now_);
    choose();
    for (const std::string& line : std::exchange(first_, {})) take(line);
  }

  void choose() {
    for (const Dialect& dialect : kDialects) {
      if (format_ == dialect.name) parser_ = dialect.make();
    }
    // Quiet files of any MTA tell nothing, in any dialect.
    if (format_.empty()) parser_ = bounce::make_postfix_parser();
  }

  std::string format_;
  SystemTime now_;
  std::vector<std::string> first_;
  std::unique_ptr<bounce::LogParser> parser_;
  std::string report_;
};

bool is_format(const std::string& name) {
  if (name == "auto" || name == "dsn") return true;
  for (const Dialect& dialect : kDialects) {
    if (name == dialect.name) return true;
  }
  return false;
}

}  // namespace

int classify(const std::vector<std::string>& arguments) {
  std::string format = "auto";
  std::vector<std::string> paths;
  for (std::size_t at = 0; at < arguments.size(); ++at) {
    const std::string& one = arguments[at];
    if (one == "--help" || one == "-h") return std::fputs(kHelp, stdout) < 0 ? kNotGood : kGood;
    if (one == "--format" && at + 1 < arguments.size()) {
      format = arguments[++at];
    } else if (one.starts_with("--format=")) {
      format = one.substr(9);
    } else if (one.starts_with("-") && one != "-") {
      std::fprintf(stderr, "mxpulse classify: there is no option \"%s\"; --help lists them\n", one.c_str());
      return kUsage;
    } else {
      paths.push_back(one);
    }
  }
  if (!is_format(format) || paths.empty()) {
    std::fputs(kHelp, stderr);
    return kUsage;
  }
  const SystemTime now = net::MachineClock().now().system;
  bool all_read = true;
  for (const std::string& path : paths) {
    File file(format, now);
    const auto read = bounce::read_lines(path, [&](std::string_view line) { return file.take(line); });
    file.end();
    if (read) continue;
    std::fprintf(stderr, "mxpulse classify: %s\n", read.why().c_str());
    all_read = false;
  }
  return all_read ? kGood : kNotGood;
}

}  // namespace mxpulse::cli
