#include "scenarios/script.hpp"

#include <sstream>

namespace mxpulse::test {
namespace {

char unescaped(const std::string& text, std::size_t& at, std::size_t line) {
  const char kind = at < text.size() ? text[at++] : '\0';
  switch (kind) {
    case 'r': return '\r';
    case 'n': return '\n';
    case 't': return '\t';
    case '"':
    case '\\': return kind;
    case 'x':
      if (at + 2 > text.size()) break;
      at += 2;
      return static_cast<char>(std::stoi(text.substr(at - 2, 2), nullptr, 16));
    default: break;
  }
  throw ScriptError(line, "an escape that is none; there are \\r \\n \\t \\\" \\\\ and \\xNN");
}

std::vector<std::string> words_of(const std::string& text, std::size_t line) {
  std::vector<std::string> words;
  for (std::size_t at = text.find_first_not_of(' '); at < text.size() && text[at] != '#'; at = text.find_first_not_of(' ', at)) {
    std::string word;
    if (text[at] == '"') {
      ++at;
      while (at < text.size() && text[at] != '"') {
        const char c = text[at++];
        word += c == '\\' ? unescaped(text, at, line) : c;
      }
      if (at++ >= text.size()) throw ScriptError(line, "a quote that does not end");
    } else {
      const auto end = std::min(text.find(' ', at), text.size());
      word = text.substr(at, end - at);
      at = end;
    }
    words.push_back(std::move(word));
  }
  return words;
}

}  // namespace

std::vector<Step> read_script(const std::string& text) {
  std::vector<Step> steps;
  std::istringstream lines(text);
  std::string line;
  std::size_t number = 0;
  bool in_block = false;
  while (std::getline(lines, line)) {
    ++number;
    if (in_block) {
      in_block = line != "end";
      if (in_block) steps.back().block += line + "\n";
      continue;
    }
    auto words = words_of(line, number);
    if (words.empty()) continue;
    in_block = words.front() == "config" || words.front() == "reload";
    steps.push_back({number, std::move(words), ""});
  }
  if (in_block) throw ScriptError(steps.back().line, "no \"end\" follows it");
  return steps;
}

}  // namespace mxpulse::test
