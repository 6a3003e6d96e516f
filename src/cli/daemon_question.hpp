// A command that asks the running daemon: what all of them share.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/daemon_client.hpp"
#include "mxpulse/domain_name.hpp"

namespace mxpulse::cli {

// [--json] [--daemon URL], and DOMAIN where the command takes one.
struct DaemonQuestion {
  std::string daemon = kDaemonUrl;
  bool json = false;
  DomainName domain;
};

// Empty: the words are wrong, which was said, or --help was asked for; `exit_code` says which.
std::optional<DaemonQuestion> parse_question(const std::vector<std::string>& words, const char* usage, bool takes_domain,
                                             int& exit_code);

// The object that GET `path` gives. Empty: there was none, which was said.
std::optional<nlohmann::ordered_json> ask(const DaemonQuestion& question, const std::string& path);

// What a command has to tell people: the object at `path`, or at `path` + the domain where it takes one. Empty: nothing is
// left to tell, for it was told with --json or could not be had, which was said; `exit_code` is the command's then.
std::optional<nlohmann::ordered_json> to_tell(const std::vector<std::string>& words, const char* usage, const std::string& path,
                                              bool takes_domain, int& exit_code);

// What `object` has under `key`, if it is a text; a daemon of another version may have something else.
std::string text_in(const nlohmann::ordered_json& object, const char* key);
// "2026-11-25 10:30:00Z" of a time there, in Unix seconds; "-" without one.
std::string time_in(const nlohmann::ordered_json& object, const char* key);
std::string number_in(const nlohmann::ordered_json& object, const char* key);  // "-" without one
bool flag_in(const nlohmann::ordered_json& object, const char* key);           // false without one
const nlohmann::ordered_json& list_in(const nlohmann::ordered_json& object, const char* key);
const nlohmann::ordered_json& object_in(const nlohmann::ordered_json& object, const char* key);

}  // namespace mxpulse::cli
