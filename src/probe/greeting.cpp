#include "probe/greeting.hpp"

namespace mxpulse::probe {
namespace {

// "220", "220 text" or "220-text" (RFC 5321 4.2.1, Reply-code: 2-5, 0-5, 0-9). Anything else is no reply line.
struct ReplyLine {
  int code;
  bool final;
};

std::optional<ReplyLine> read_reply_line(std::string_view line) {
  if (line.size() < 3) return std::nullopt;
  const auto digit_between = [&](std::size_t at, char least, char most) { return line[at] >= least && line[at] <= most; };
  if (!digit_between(0, '2', '5') || !digit_between(1, '0', '9') || !digit_between(2, '0', '9')) return std::nullopt;
  if (line.size() > 3 && line[3] != ' ' && line[3] != '-') return std::nullopt;
  const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  return ReplyLine{code, line.size() == 3 || line[3] == ' '};
}

}  // namespace

Greeting::State Greeting::take(std::string_view bytes) {
  for (const char c : bytes) {
    if (state_ != State::kUnfinished) break;
    if (++total_ > kGreetingBytesMax || line_.size() >= kLineMax) {
      state_ = State::kNotSmtp;
    } else if (c == '\n') {
      take_line();
    } else {
      line_ += c;
    }
  }
  return state_;
}

Greeting::State Greeting::end() {
  if (state_ == State::kUnfinished && !line_.empty()) take_line();
  return state_;
}

void Greeting::take_line() {
  if (line_.ends_with('\r')) line_.pop_back();
  const auto reply = read_reply_line(line_);
  last_line_ = std::move(line_);
  line_.clear();
  ++lines_;
  if (!reply || lines_ > kLinesMax) {
    state_ = State::kNotSmtp;
  } else if (reply->final) {
    code_ = reply->code;
    state_ = State::kComplete;
  }
}

}  // namespace mxpulse::probe
