// A scenario's text -> its steps.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

#include "mxpulse/time.hpp"

namespace mxpulse::test {

struct Step {
  std::size_t line;
  std::vector<std::string> words;  // quotes and escapes undone
  std::string block;               // the lines between "config" or "reload" and "end"
};

struct ScriptError : std::runtime_error {
  ScriptError(std::size_t at, const std::string& what) : std::runtime_error(what), line(at) {}
  std::size_t line;
};

// Throws ScriptError. Within "...": \r \n \t \" \\ and \xNN.
std::vector<Step> read_script(const std::string& text);

}  // namespace mxpulse::test
