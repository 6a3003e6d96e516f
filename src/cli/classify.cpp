#include "cli/classify.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/classified_file.hpp"
#include "cli/exit_code.hpp"
#include "net/loop.hpp"

namespace mxpulse::cli {
namespace {

constexpr const char* kHelp =
    "mxpulse classify [--format auto|postfix|exim|sendmail|opensmtpd|qmail|dsn|ndjson] FILE...|-\n"
    "\n"
    "Prints one JSON object for each delivery event in MTA logs (gzip too) and delivery reports (a message, an mbox, a "
    "Maildir).\n"
    "auto tells a message by its header and a log by the lines that a dialect can read. Exit 0; 2: wrong usage; 1: a file cannot "
    "be read.\n";

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

// A folder stands for the files in it; a Maildir for its messages.
std::vector<std::string> files_of(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (!fs::is_directory(path, error)) return {path};
  std::vector<std::string> files;
  for (const fs::path& folder : {fs::path(path), fs::path(path) / "new", fs::path(path) / "cur"}) {
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
      std::error_code unknown;
      if (entry->is_regular_file(unknown)) files.push_back(entry->path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
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
  if (!is_mail_format(format) || paths.empty()) {
    std::fputs(kHelp, stderr);
    return kUsage;
  }
  const SystemTime now = net::MachineClock().now().system;
  bool all_read = true;
  for (const std::string& path : paths) {
    for (const std::string& file : files_of(path)) {
      const auto read = read_mail_file(file, format, now, print);
      if (read) continue;
      std::fprintf(stderr, "mxpulse classify: %s\n", read.why().c_str());
      all_read = false;
    }
  }
  return all_read ? kGood : kNotGood;
}

}  // namespace mxpulse::cli
