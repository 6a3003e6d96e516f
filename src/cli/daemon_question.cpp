#include "cli/daemon_question.hpp"

#include <cstdio>
#include <ctime>
#include <iterator>

#include "cli/exit_code.hpp"

namespace mxpulse::cli {

using Json = nlohmann::ordered_json;

std::optional<DaemonQuestion> parse_question(const std::vector<std::string>& words, const char* usage, bool takes_domain,
                                             int& exit_code) {
  DaemonQuestion question;
  std::string domain;
  bool right = true;
  for (std::size_t at = 0; at < words.size(); ++at) {
    const std::string& word = words[at];
    if (word == "--help" || word == "-h") {
      exit_code = std::fputs(usage, stdout) < 0 ? kNotGood : kGood;
      return std::nullopt;
    }
    if (word == "--json") {
      question.json = true;
    } else if (word == "--daemon" && at + 1 < words.size()) {
      question.daemon = words[++at];
    } else if (takes_domain && domain.empty() && !word.starts_with("-")) {
      domain = word;
    } else {
      right = false;
    }
  }
  exit_code = kUsage;
  if (right && takes_domain) {
    const auto name = DomainName::parse(domain);
    if (name) {
      question.domain = *name;
    } else {
      right = false;
      if (!domain.empty()) std::fprintf(stderr, "mxpulse: %s: is not a domain name: %s\n", domain.c_str(), name.why().c_str());
    }
  }
  if (right) return question;
  std::fputs(usage, stderr);
  return std::nullopt;
}

std::optional<Json> ask(const DaemonQuestion& question, const std::string& path) {
  const auto body = ask_daemon(question.daemon, path);
  auto answer = Json::parse(body ? *body : "", nullptr, false);
  if (body && answer.is_object()) return answer;
  std::fprintf(stderr, "mxpulse: %s: %s\n", question.daemon.c_str(),
               body ? "the answer is none of mxpulse's" : body.why().c_str());
  return std::nullopt;
}

std::optional<Json> to_tell(const std::vector<std::string>& words, const char* usage, const std::string& path, bool takes_domain,
                            int& exit_code) {
  const auto question = parse_question(words, usage, takes_domain, exit_code);
  if (!question) return std::nullopt;
  auto answer = ask(*question, takes_domain ? path + question->domain.text() : path);
  exit_code = answer ? kGood : kCouldNotAsk;
  if (!answer || !question->json) return answer;
  if (std::puts(answer->dump().c_str()) < 0) exit_code = kNotGood;
  return std::nullopt;
}

std::string text_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string number_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->dump() : "-";
}

std::string time_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) return "-";
  const std::time_t time = found->get<std::time_t>();
  std::tm utc{};
  char text[32]{};
  if (gmtime_r(&time, &utc) == nullptr || std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%SZ", &utc) == 0) return "-";
  return std::data(text);
}

bool flag_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

const Json& list_in(const Json& object, const char* key) {
  static const Json kNone = Json::array();
  const auto found = object.find(key);
  return found != object.end() && found->is_array() ? *found : kNone;
}

const Json& object_in(const Json& object, const char* key) {
  static const Json kNone = Json::object();
  const auto found = object.find(key);
  return found != object.end() && found->is_object() ? *found : kNone;
}

}  // namespace mxpulse::cli
