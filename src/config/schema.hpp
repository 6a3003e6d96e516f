// The one table of configuration keys: what exists, and how each is read.
#pragma once

#include <toml++/toml.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"

namespace mxpulse::config {

// Puts a value into the config, or says what is wrong with it and the mend.
using Read = std::function<std::optional<std::string>(const toml::node& value, Config& config)>;

struct Key {
  std::string_view section;  // "probe"; a feed's keys have "feed"
  std::string_view name;
  Read read;
};

const std::vector<Key>& keys();

// Keys of the project's plan that this version does not act on: refused, so that nobody relies on them.
bool is_planned(std::string_view section, std::string_view name);

}  // namespace mxpulse::config
