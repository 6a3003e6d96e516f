#include "config/load.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

#include "config/duration.hpp"
#include "config/nearest.hpp"
#include "config/schema.hpp"

namespace mxpulse::config {
namespace {

constexpr std::uintmax_t kFileMax = 64u << 20;  // a million destinations fit

// Reads a parsed file into a config and gathers every error on the way.
class Reader {
 public:
  explicit Reader(std::string file) : file_(std::move(file)) {}

  Result<Config> read(const toml::table& root) {
    for (const auto& [section, node] : root) read_section(section.str(), node);
    check_together(root);
    std::sort(errors_.begin(), errors_.end());
    std::string why;
    for (const auto& [line, text] : errors_) why += (why.empty() ? "" : "\n") + file_ + ":" + std::to_string(line) + ": " + text;
    return errors_.empty() ? Result<Config>(config_) : Result<Config>::failure(why);
  }

 private:
  void read_section(std::string_view section, const toml::node& node) {
    const std::string name(section);
    if (section == "feed") return read_feeds(node);
    if (!is_section(section)) return error(node, unknown(name, sections(), ""));
    const toml::table* table = node.as_table();
    if (table == nullptr) return error(node, name + ": is not a section; write [" + name + "]");
    read_keys(section, *table);
  }

  // The tables of a section that may be there more than once.
  const toml::array* list_of(const std::string& section, const toml::node& node) {
    const toml::array* list = node.as_array();
    if (list != nullptr && list->is_array_of_tables()) return list;
    error(node, section + ": is not a list; write [[" + section + "]] with double brackets");
    return nullptr;
  }

  void read_webhooks(const toml::node& node) {
    const toml::array* webhooks = list_of("gate.webhook", node);
    if (webhooks == nullptr) return;
    for (const toml::node& element : *webhooks) {
      const toml::table& table = *element.as_table();
      GateWebhook& webhook = config_.gate.webhooks.emplace_back();
      read_keys("gate.webhook", table);
      if (!table.contains("url"))
        error(element, "gate.webhook.url: is missing; write url = \"https://hooks.example.org/mxpulse\"");
      if (webhook.secret_file.empty() && !table.contains("secret_file") && webhook.preset == WebhookPreset::kGeneric)
        error(element, "gate.webhook.secret_file: is missing; name a file whose first line signs what is told");
      if (webhook.url.starts_with("http://") && !webhook.allow_http && !stays_here(webhook.url))
        error(*table.get("url"), "gate.webhook.url: goes over the network in plain text; write https://, or allow_http = true");
    }
  }

  static bool stays_here(std::string_view url) {
    const auto host = url.substr(url.find("//") + 2);
    for (const std::string_view own : {"127.", "localhost:", "localhost/", "[::1]"}) {
      if (host.starts_with(own)) return host.find('@') == std::string_view::npos;
    }
    return host == "localhost";
  }

  void read_feeds(const toml::node& node) {
    const toml::array* feeds = list_of("feed", node);
    if (feeds == nullptr) return;
    for (const toml::node& element : *feeds) {
      const toml::table& feed = *element.as_table();
      const Feed& read = config_.feeds.emplace_back();
      read_keys("feed", feed);
      if (!feed.contains("type")) error(element, "feed.type: is missing; write type = \"postfix\"");
      const bool is_journal = read.type == FeedType::kJournal;
      if (!feed.contains("path") && !is_journal) error(element, "feed.path: is missing; write path = \"/var/log/mail.log\"");
      for (const char* key : {"mta", "units", "identifiers"}) {
        if (feed.contains(key) && !is_journal)
          error(*feed.get(key), std::string("feed.") + key + ": belongs to type = \"journal\"; remove the line");
      }
      const auto same =
          std::count_if(config_.feeds.begin(), config_.feeds.end(), [&](const Feed& one) { return one.name() == read.name(); });
      if (same > 1 && (is_journal || !read.path.empty()))
        error(element, "feed.path: \"" + read.name() + "\" is there twice; remove one");
    }
  }

  void read_keys(std::string_view section, const toml::table& table) {
    for (const auto& [key, value] : table) {
      const std::string inner = std::string(section) + "." + std::string(key.str());
      if (inner == "gate.webhook") {
        read_webhooks(value);
        continue;
      }
      if (value.is_table() && is_section(inner)) {
        read_keys(inner, *value.as_table());
        continue;
      }
      const std::string full = std::string(section) + "." + std::string(key.str());
      const auto known = std::find_if(keys().begin(), keys().end(), [&, name = key.str()](const Key& one) {
        return one.section == section && one.name == name;
      });
      if (known == keys().end()) {
        if (is_planned(section, key.str()))
          error(value, full + ": mxpulse does not do this yet; remove the line");
        else
          error(value, unknown(full, names_in(section), std::string(section) + "."));
      } else if (const auto wrong = known->read(value, config_)) {
        error(value, full + ": " + *wrong);
      }
    }
  }

  // What no single key can be blamed for.
  void check_together(const toml::table& root) {
    const Probe& probe = config_.probe;
    const auto ordered = [&](Duration shorter, const char* shorter_name, Duration longer, const char* longer_name) {
      if (shorter <= longer) return;
      const auto at = [&](const char* name) { return root["probe"][name].node(); };
      const toml::node* blamed = at(shorter_name) != nullptr ? at(shorter_name) : at(longer_name);
      if (blamed == nullptr) return;
      error(*blamed, std::string("probe.") + shorter_name + ": " + duration_text(shorter) + " is longer than probe." +
                         longer_name + " (" + duration_text(longer) + "); make it at most that");
    };
    ordered(probe.interval_undecided, "interval_undecided", probe.interval, "interval");
    ordered(probe.interval_undecided, "interval_undecided", probe.interval_silent_max, "interval_silent_max");
  }

  static std::vector<std::string_view> sections() {
    std::vector<std::string_view> names;
    for (const Key& key : keys()) {
      if (std::find(names.begin(), names.end(), key.section) == names.end()) names.push_back(key.section);
    }
    return names;
  }

  static bool is_section(std::string_view name) {
    const auto all = sections();
    return std::find(all.begin(), all.end(), name) != all.end();
  }

  static std::vector<std::string_view> names_in(std::string_view section) {
    std::vector<std::string_view> names;
    for (const Key& key : keys()) {
      if (key.section == section) names.push_back(key.name);
    }
    return names;
  }

  // The nearest known name, else the section where the key belongs, else all there is.
  static std::string unknown(const std::string& full, const std::vector<std::string_view>& known, const std::string& prefix) {
    const std::string name = full.substr(prefix.size());
    std::string text = full + ": there is no such " + (prefix.empty() ? "section" : "key") + "; ";
    if (const auto meant = nearest(name, known)) return text + "did you mean " + prefix + std::string(*meant) + "?";
    for (const Key& key : keys()) {
      if (key.name == name) return text + "it belongs into [" + std::string(key.section) + "]";
    }
    std::string all;
    for (const std::string_view one : known) all += (all.empty() ? "" : ", ") + std::string(one);
    return text + "known are " + all;
  }

  void error(const toml::node& node, std::string text) { errors_.emplace_back(node.source().begin.line, std::move(text)); }

  std::string file_;
  Config config_;
  std::vector<std::pair<std::size_t, std::string>> errors_;
};

std::string why_unreadable(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found)
    return path + ": there is no such file; give the path of a configuration file";
  if (error) return path + ": " + error.message();
  if (!std::filesystem::is_regular_file(status)) return path + ": is not a file; give the path of a configuration file";
  if (std::filesystem::file_size(path, error) > kFileMax)
    return path + ": is larger than 64 MiB; is this the configuration file?";
  return "";
}

}  // namespace

Result<Config> parse(std::string_view text, const std::string& file_name) {
  try {
    return Reader(file_name).read(toml::parse(text, file_name));
  } catch (const toml::parse_error& error) {
    const auto& at = error.source().begin;
    return Result<Config>::failure(file_name + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) +
                                   ": is not TOML: " + std::string(error.description()));
  }
}

Result<Config> load(const std::string& path) {
  if (const auto why = why_unreadable(path); !why.empty()) return Result<Config>::failure(why);
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) return Result<Config>::failure(path + ": cannot be read: " + std::strerror(errno));
  return parse(text, path);
}

}  // namespace mxpulse::config
