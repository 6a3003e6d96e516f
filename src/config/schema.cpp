#include "config/schema.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include "config/duration.hpp"

namespace mxpulse::config {
namespace {

using namespace std::chrono_literals;

using Wrong = std::optional<std::string>;

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

// Each reader is made for the place its value goes to.
Read duration(Duration& (*place)(Config&), Duration least, Duration most) {
  return [=](const toml::node& node, Config& config) -> Wrong {
    const auto text = node.value_exact<std::string>();
    if (!text) return "is not a duration; write it in quotes with its unit, like \"5m\"";
    const auto value = parse_duration(*text);
    if (!value) return quoted(*text) + " " + value.why();
    if (*value < least || *value > most) {
      return quoted(*text) + " is out of range; give " + duration_text(least) + " to " + duration_text(most);
    }
    place(config) = *value;
    return std::nullopt;
  };
}

template <typename Number>
Read number(Number& (*place)(Config&), std::int64_t least, std::int64_t most) {
  return [=](const toml::node& node, Config& config) -> Wrong {
    const auto value = node.value_exact<std::int64_t>();
    const std::string range = "give a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    if (!value) return "is not a whole number; " + range;
    if (*value < least || *value > most) return std::to_string(*value) + " is out of range; " + range;
    place(config) = static_cast<Number>(*value);
    return std::nullopt;
  };
}

// One string or an array of strings, each read by `parse`, which answers with the value or with what is wrong.
template <typename Value, typename Parse>
Read list(std::vector<Value>& (*place)(Config&), Parse parse) {
  return [=](const toml::node& node, Config& config) -> Wrong {
    std::vector<Value> values;
    const auto take = [&](const toml::node& element) -> Wrong {
      const auto text = element.value_exact<std::string>();
      if (!text) return "has an element that is no text; put it in quotes";
      Result<Value> value = parse(*text);
      if (!value) return quoted(*text) + " " + value.why();
      values.push_back(std::move(*value));
      return std::nullopt;
    };
    if (const toml::array* array = node.as_array()) {
      for (const toml::node& element : *array) {
        if (auto wrong = take(element)) return wrong;
      }
    } else if (auto wrong = take(node)) {
      return wrong;
    }
    place(config) = std::move(values);
    return std::nullopt;
  };
}

template <typename Choice>
Read choice(Choice& (*place)(Config&), const std::vector<std::pair<std::string, Choice>>& choices) {
  return [=](const toml::node& node, Config& config) -> Wrong {
    std::string names;
    for (const auto& [name, value] : choices) {
      if (node.value_exact<std::string>() == name) {
        place(config) = value;
        return std::nullopt;
      }
      names += (names.empty() ? "" : ", ") + quoted(name);
    }
    return "is none of the choices; give one of " + names;
  };
}

Result<DomainName> read_domain(const std::string& text) {
  const auto name = DomainName::parse(text);
  return name ? *name : Result<DomainName>::failure("is not a domain name: " + name.why() + "; write it like example.org");
}

Result<Endpoint> read_server(const std::string& text) {
  const auto server = Endpoint::parse(text, 53);
  if (!server || server->port == 0)
    return Result<Endpoint>::failure("is not an address; write it like \"192.0.2.53\" or \"[2001:db8::53]:53\"");
  return *server;
}

Result<AddressRange> read_range(const std::string& text) {
  const auto range = AddressRange::parse(text);
  if (!range)
    return Result<AddressRange>::failure(
        "is not an address range; write it like \"192.0.2.0/24\", with no bits set beyond the prefix");
  return *range;
}

Result<Address> read_address(const std::string& text) {
  const auto address = Address::parse(text);
  return address ? *address : Result<Address>::failure("is not an address; write it like \"192.0.2.1\"");
}

Wrong read_sources(const toml::node& node, Config& config) {
  if (auto wrong = list<Address>(
          [](Config & c) -> auto& { return c.probe.source; }, read_address)(node, config))
    return wrong;
  const auto count = [&](Family family) {
    return std::count_if(config.probe.source.begin(), config.probe.source.end(),
                         [&](const Address& one) { return one.family == family; });
  };
  if (count(Family::kIPv4) > 1 || count(Family::kIPv6) > 1)
    return "has more than one address of a family; give at most one IPv4 and one IPv6 address";
  return std::nullopt;
}

Wrong read_listen(const toml::node& node, Config& config) {
  const auto text = node.value_exact<std::string>();
  const auto listen = text ? Endpoint::parse(*text, 9425) : std::nullopt;
  if (!listen) return "is not an address with a port; write it like \"127.0.0.1:9425\"";
  config.http.listen = *listen;
  return std::nullopt;
}

Wrong read_helo(const toml::node& node, Config& config) {
  const auto text = node.value_exact<std::string>();
  const auto name = text ? DomainName::parse(*text) : Result<DomainName>::failure("");
  if (!name) return "is not a host name; write it like \"probe.example.org\"";
  config.probe.helo = *name;
  return std::nullopt;
}

Wrong read_feed_type(const toml::node& node, Config& config) {
  std::vector<std::pair<std::string, FeedType>> choices;
  choices.reserve(std::size(kFeedTypes));
  for (const auto& [type, name] : kFeedTypes) choices.emplace_back(name, type);
  return choice<FeedType>(
      [](Config & c) -> auto& { return c.feeds.back().type; }, choices)(node, config);
}

Wrong read_feed_mta(const toml::node& node, Config& config) {
  std::vector<std::pair<std::string, FeedType>> choices;
  choices.reserve(std::size(kFeedTypes));
  for (const auto& [type, name] : kFeedTypes) {
    if (type != FeedType::kNdjson && type != FeedType::kMaildir && type != FeedType::kJournal) choices.emplace_back(name, type);
  }
  return choice<FeedType>(
      [](Config & c) -> auto& { return c.feeds.back().mta; }, choices)(node, config);
}

Result<std::string> read_journal_value(const std::string& text) {
  const bool plain =
      !text.empty() && text.size() <= 256 && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
  return plain ? text : Result<std::string>::failure("is no unit and no identifier; write it like \"postfix@-.service\"");
}

Result<Duration> read_step(const std::string& text) {
  auto step = parse_duration(text);
  if (step && *step < 1s) return Result<Duration>::failure("is too short for a step; give at least \"1s\"");
  return step;
}

Wrong read_schedule(const toml::node& node, Config& config) {
  if (auto wrong = list<Duration>(
          [](Config & c) -> auto& { return c.gate.schedule; }, read_step)(node, config))
    return wrong;
  if (config.gate.schedule.empty() || config.gate.schedule.size() > 20) return "has no step, or more than 20; give 1 to 20";
  return std::nullopt;
}

// Postfix reads texthash: once and never again, and what is computed cannot be written.
Wrong read_postfix_table(const toml::node& node, Config& config) {
  const auto text = node.value_exact<std::string>();
  const auto colon = text ? text->find(':') : std::string::npos;
  const auto type = colon == std::string::npos ? std::string() : text->substr(0, colon);
  const bool known = type == "hash" || type == "lmdb" || type == "cdb" || type == "btree";
  if (!known || text->size() < colon + 3 || (*text)[colon + 1] != '/')
    return "is not a table mxpulse can write; give hash:, btree:, lmdb: or cdb: and a full path, like "
           "\"hash:/var/lib/mxpulse/hold\"";
  config.gate.postfix.table = *text;
  return std::nullopt;
}

Wrong read_socketmap(const toml::node& node, Config& config) {
  const auto text = node.value_exact<std::string>();
  const auto address = parse_stream_address(text ? *text : "");
  if (!address) return address.why();
  config.gate.postfix.socketmap = *address;
  return std::nullopt;
}

Read path(std::string& (*place)(Config&), const std::string& example) {
  return [=](const toml::node& node, Config& config) -> Wrong {
    const auto text = node.value_exact<std::string>();
    if (!text || !text->starts_with('/')) return "is not a path; write it in full, like \"" + example + "\"";
    place(config) = *text;
    return std::nullopt;
  };
}

Wrong read_transport(const toml::node& node, Config& config) {
  const auto text = node.value_exact<std::string>();
  const bool plain = text && !text->empty() && text->size() <= 64 && std::all_of(text->begin(), text->end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
                     });
  if (!plain) return "is not the name of a transport in master.cf; write it like \"mxhold\"";
  // smtpd(8) answers 450 to whoever submits mail for that transport.
  if (*text == "retry" || *text == "error")
    return quoted(*text) + " makes Postfix refuse mail to its clients; give a clone of smtp, like \"mxhold\"";
  config.gate.postfix.transport = *text;
  return std::nullopt;
}

Wrong read_ratio(const toml::node& node, Config& config) {
  const auto number = node.value<double>();
  if (!number || !(*number > 0) || *number > 1) return "is not a share; give a number above 0, up to 1, like 0.5";
  config.vantage.panic_ratio = *number;
  return std::nullopt;
}

Wrong read_feed_path(const toml::node& node, Config& config) {
  const auto path = node.value_exact<std::string>();
  if (!path || !path->starts_with('/')) return "is not a path; write the log's full path, like \"/var/log/mail.log\"";
  config.feeds.back().path = *path;
  return std::nullopt;
}

Wrong read_webhook_url(const toml::node& node, Config& config) {
  const auto url = node.value_exact<std::string>();
  const bool plain = url && std::none_of(url->begin(), url->end(), [](char c) { return c <= ' ' || c == 0x7f; });
  const bool known = url && (url->starts_with("https://") || url->starts_with("http://")) && url->size() > url->find("//") + 2;
  if (!plain || !known) return "is not a URL; write it like \"https://hooks.example.org/mxpulse\"";
  config.gate.webhooks.back().url = *url;
  return std::nullopt;
}

Read boolean(bool& (*place)(Config&)) {
  return [=](const toml::node& node, Config& config) -> Wrong {
    const auto value = node.value_exact<bool>();
    if (!value) return "is neither true nor false; write it without quotes";
    place(config) = *value;
    return std::nullopt;
  };
}

}  // namespace

const std::vector<Key>& keys() {
  static const std::vector<Key> all{
      {"dns", "servers",
       list<Endpoint>(
           [](Config & c) -> auto& { return c.dns.servers; }, read_server)},
      {"dns", "timeout",
       duration(
           [](Config & c) -> auto& { return c.dns.timeout; }, 100ms, 30s)},
      {"dns", "tries",
       number<unsigned>(
           [](Config & c) -> auto& { return c.dns.tries; }, 1, 10)},
      {"dns", "cache",
       number<std::size_t>(
           [](Config & c) -> auto& { return c.dns.cache; }, 0, 100'000'000)},
      {"dns", "serve_stale",
       duration(
           [](Config & c) -> auto& { return c.dns.serve_stale; }, 0s, 7 * 24h)},
      {"probe", "port",
       number<std::uint16_t>(
           [](Config & c) -> auto& { return c.probe.port; }, 1, 65535)},
      {"probe", "helo", read_helo},
      {"probe", "source", read_sources},
      {"probe", "connect_timeout",
       duration(
           [](Config & c) -> auto& { return c.probe.connect_timeout; }, 100ms, 10min)},
      {"probe", "greeting_timeout",
       duration(
           [](Config & c) -> auto& { return c.probe.greeting_timeout; }, 100ms, 10min)},
      {"probe", "interval",
       duration(
           [](Config & c) -> auto& { return c.probe.interval; }, 100ms, 24h)},
      {"probe", "interval_undecided",
       duration(
           [](Config & c) -> auto& { return c.probe.interval_undecided; }, 100ms, 24h)},
      {"probe", "interval_silent_max",
       duration(
           [](Config & c) -> auto& { return c.probe.interval_silent_max; }, 100ms, 24h)},
      {"probe", "max_in_flight",
       number<std::size_t>(
           [](Config & c) -> auto& { return c.probe.max_in_flight; }, 1, 100'000)},
      {"probe", "per_address",
       duration(
           [](Config & c) -> auto& { return c.probe.per_address; }, 0s, 24h)},
      {"probe", "per_network",
       duration(
           [](Config & c) -> auto& { return c.probe.per_network; }, 0s, 1h)},
      {"probe", "per_provider",
       duration(
           [](Config & c) -> auto& { return c.probe.per_provider; }, 0s, 1h)},
      {"probe", "allow",
       list<AddressRange>(
           [](Config & c) -> auto& { return c.probe.allow; }, read_range)},
      {"probe", "deny",
       list<AddressRange>(
           [](Config & c) -> auto& { return c.probe.deny; }, read_range)},
      {"watch", "destinations",
       list<DomainName>(
           [](Config & c) -> auto& { return c.watch.destinations; }, read_domain)},
      {"watch", "bounces",
       number<unsigned>(
           [](Config & c) -> auto& { return c.watch.bounces; }, 1, 1000)},
      {"watch", "window",
       duration(
           [](Config & c) -> auto& { return c.watch.window; }, 1s, 7 * 24h)},
      {"watch", "forget",
       duration(
           [](Config & c) -> auto& { return c.watch.forget; }, 1s, 30 * 24h)},
      {"watch", "never_hold",
       list<DomainName>(
           [](Config & c) -> auto& { return c.watch.never_hold; }, read_domain)},
      {"watch", "never_probe",
       list<DomainName>(
           [](Config & c) -> auto& { return c.watch.never_probe; }, read_domain)},
      {"vantage", "controls",
       list<DomainName>(
           [](Config & c) -> auto& { return c.vantage.controls; }, read_domain)},
      {"vantage", "interval",
       duration(
           [](Config & c) -> auto& { return c.vantage.interval; }, 100ms, 24h)},
      {"vantage", "panic_ratio", read_ratio},
      {"gate", "mode",
       choice<GateMode>([](Config & c) -> auto& { return c.gate.mode; },
                        {{"observe", GateMode::kObserve}, {"enforce", GateMode::kEnforce}})},
      {"gate", "schedule", read_schedule},
      {"gate", "max_hold",
       duration(
           [](Config & c) -> auto& { return c.gate.max_hold; }, 1s, 48h)},
      {"gate.postfix", "table", read_postfix_table},
      {"gate.postfix", "socketmap", read_socketmap},
      {"gate.postfix", "config_directory",
       path(
           [](Config & c) -> auto& { return c.gate.postfix.config_directory; }, "/etc/postfix")},
      {"gate.postfix", "transport", read_transport},
      {"gate.exim", "hold_file",
       path(
           [](Config & c) -> auto& { return c.gate.exim.hold_file; }, "/run/mxpulse/hold")},
      {"gate.exim", "program",
       path(
           [](Config & c) -> auto& { return c.gate.exim.program; }, "/usr/sbin/exim4")},
      {"gate.webhook", "url", read_webhook_url},
      {"gate.webhook", "preset",
       choice<WebhookPreset>([](Config & c) -> auto& { return c.gate.webhooks.back().preset; },
                             {{"generic", WebhookPreset::kGeneric}, {"kumomta", WebhookPreset::kKumomta}})},
      {"gate.webhook", "secret_file",
       path(
           [](Config & c) -> auto& { return c.gate.webhooks.back().secret_file; }, "/etc/mxpulse/webhook")},
      {"gate.webhook", "timeout",
       duration(
           [](Config & c) -> auto& { return c.gate.webhooks.back().timeout; }, 100ms, 5min)},
      {"gate.webhook", "queue",
       number<std::size_t>(
           [](Config & c) -> auto& { return c.gate.webhooks.back().queue; }, 10, 100'000)},
      {"gate.webhook", "allow_http", boolean([](Config & c) -> auto& { return c.gate.webhooks.back().allow_http; })},
      {"feed", "type", read_feed_type},
      {"feed", "path", read_feed_path},
      {"feed", "mta", read_feed_mta},
      {"feed", "units",
       list<std::string>(
           [](Config & c) -> auto& { return c.feeds.back().units; }, read_journal_value)},
      {"feed", "identifiers",
       list<std::string>(
           [](Config & c) -> auto& { return c.feeds.back().identifiers; }, read_journal_value)},
      {"health", "fall",
       number<unsigned>(
           [](Config & c) -> auto& { return c.health.fall; }, 1, 100)},
      {"health", "rise",
       number<unsigned>(
           [](Config & c) -> auto& { return c.health.rise; }, 1, 100)},
      {"store", "path",
       path(
           [](Config & c) -> auto& { return c.store.path; }, "/var/lib/mxpulse/mxpulse.db")},
      {"http", "listen", read_listen},
      {"http", "token_file",
       path(
           [](Config & c) -> auto& { return c.http.token_file; }, "/etc/mxpulse/token")},
      {"metrics", "max_destinations",
       number<std::size_t>(
           [](Config & c) -> auto& { return c.metrics.max_destinations; }, 0, 10'000'000)},
      {"log", "format",
       choice<LogFormat>([](Config & c) -> auto& { return c.log.format; },
                         {{"logfmt", LogFormat::kLogfmt}, {"json", LogFormat::kJson}})},
      {"log", "level",
       choice<LogLevel>([](Config & c) -> auto& { return c.log.level; },
                        {{"debug", LogLevel::kDebug},
                         {"info", LogLevel::kInfo},
                         {"warning", LogLevel::kWarning},
                         {"error", LogLevel::kError}})},
  };
  return all;
}

bool is_planned(std::string_view section, std::string_view name) {
  return section == "http" && (name == "tls_certificate" || name == "tls_key");
}

}  // namespace mxpulse::config
