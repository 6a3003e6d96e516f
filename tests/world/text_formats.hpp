// Whether what we write can be read: logfmt, JSON, Prometheus' text format 0.0.4.
#pragma once

#include <string>
#include <string_view>

namespace mxpulse::test {

// One line with its end, printable ASCII, key=value or key="quoted" pairs.
bool is_logfmt_line(std::string_view line);
bool is_json_line(std::string_view line);
// The first line that is none; empty: all are good.
std::string bad_metrics_line(std::string_view text);

}  // namespace mxpulse::test
