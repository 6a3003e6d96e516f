#include "page/outage_bar.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "page/html.hpp"
#include "page/time_text.hpp"

namespace mxpulse::page {
namespace {

using namespace std::chrono_literals;

constexpr int kWidth = 240;     // units of the picture
constexpr double kLeast = 1.5;  // an outage of a minute is still seen

struct Span {
  SystemTime from;
  SystemTime to;
};

class Bar {
 public:
  Bar(Duration length, SystemTime now) : begin_(now - std::chrono::duration_cast<SystemTime::duration>(length)), now_(now) {}

  SystemTime begin() const { return begin_; }

  // The part of the span that lies within the bar.
  Span within(Span span) const { return {std::clamp(span.from, begin_, now_), std::clamp(span.to, begin_, now_)}; }

  std::string rectangle(Span span, const char* kind, const std::string& title) const {
    span = within(span);
    if (span.to <= span.from) return "";
    const double x = std::min(position(span.from), kWidth - kLeast);
    const double width = std::max(position(span.to) - x, kLeast);
    std::array<char, 96> text{};
    std::snprintf(text.data(), text.size(), R"(<rect class="%s" x="%.2f" y="0" width="%.2f" height="12">)", kind, x, width);
    return text.data() + ("<title>" + title + "</title></rect>");
  }

 private:
  double position(SystemTime time) const { return kWidth * to_seconds(time - begin_) / to_seconds(now_ - begin_); }

  SystemTime begin_;
  SystemTime now_;
};

// Before that, nobody can say.
SystemTime known_since(const DestinationView& view) {
  if (!view.history || view.history->incidents.empty()) return view.watched_since;
  const SystemTime remembered = std::max(view.history->complete_since, SystemTime{});
  return std::min(view.watched_since, std::max(remembered, view.history->incidents.front().first));
}

std::string title_of(const Incident& incident, SystemTime now) {
  return escaped(std::string(label(incident.cause)) + ", " + rfc3339(incident.first) + " to " +
                 (incident.ended ? rfc3339(*incident.ended) : "now") + ", " +
                 lasted(incident.ended.value_or(now) - incident.first));
}

std::string bar(const DestinationView& view, Duration length, const char* name, SystemTime now) {
  const Bar bar(length, now);
  std::string pieces;
  Duration out{0};
  std::size_t outages = 0;
  if (view.history) {
    for (const Incident& one : view.history->incidents) {
      const Span span{one.first, one.ended.value_or(now)};
      if (span.to <= bar.begin()) continue;
      const Span seen = bar.within(span);
      out += seen.to - seen.from;
      ++outages;
      pieces += bar.rectangle(span, "out", title_of(one, now));
    }
  }
  std::string words =
      outages == 0 ? "no outage" : std::to_string(outages) + (outages == 1 ? " outage, " : " outages, ") + lasted(out);
  // Of who takes no mail, or is not known, nobody can say that it answered.
  const bool says_nothing = outages == 0 && (view.verdict == Verdict::kUnknown || view.verdict == Verdict::kUndeliverable);
  if (says_nothing)
    words = kUnknown;
  else
    pieces = bar.rectangle({known_since(view), now}, "up", "answered") + pieces;
  return "<span class=\"bar\"><svg viewBox=\"0 0 240 12\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"" +
         std::string(name) + ": " + words + "\"><rect class=\"blank\" width=\"240\" height=\"12\"></rect>" + pieces +
         "</svg><span>" + name + ": " + words + "</span></span>";
}

}  // namespace

std::string outage_bars(const DestinationView& view, SystemTime now) {
  return bar(view, 24h, "24 h", now) + bar(view, 7 * 24h, "7 d", now);
}

std::string outage_bars_legend() {
  const auto entry = [](const char* kind, const char* words) {
    return std::string(R"(<span><svg viewBox="0 0 12 12" aria-hidden="true"><rect class=")") + kind +
           R"(" width="12" height="12"></rect></svg> )" + words + "</span> ";
  };
  return "<p class=\"legend\">In the bars: " + entry("up", "answered") + entry("out", "no answer") +
         entry("blank", "not watched") + "</p>\n";
}

}  // namespace mxpulse::page
