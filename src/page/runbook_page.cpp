#include "page/runbook_page.hpp"

#include <algorithm>
#include <cctype>

#include "page/frame.hpp"
#include "page/html.hpp"

namespace mxpulse::page {
namespace {

std::string paragraph(std::string_view text) {
  std::string markup;
  bool code = false;
  while (true) {
    const auto end = std::min(text.find('`'), text.size());
    markup += escaped(text.substr(0, end));
    if (end == text.size()) break;
    code = !code;
    markup += code ? "<code>" : "</code>";
    text.remove_prefix(end + 1);
  }
  return markup;
}

// As GitHub makes them of a heading of one word.
std::string anchor(std::string_view heading) {
  std::string id;
  for (const char c : heading) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) id += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return id;
}

}  // namespace

std::string runbook_page(std::string_view markdown) {
  std::string main;
  std::string lines;
  const auto end_paragraph = [&] {
    if (!lines.empty()) main += "<p>" + paragraph(lines) + "</p>\n";
    lines.clear();
  };
  while (!markdown.empty()) {
    const auto end = std::min(markdown.find('\n'), markdown.size());
    const std::string_view line = markdown.substr(0, end);
    markdown.remove_prefix(std::min(end + 1, markdown.size()));
    if (line.empty() || line.starts_with("#")) end_paragraph();
    if (line.starts_with("## ")) {
      main += "<h1>" + escaped(line.substr(3)) + "</h1>\n";
    } else if (line.starts_with("### ")) {
      main += "<h2 id=\"" + anchor(line) + "\">" + escaped(line.substr(4)) + "</h2>\n";
    } else if (!line.empty()) {
      lines += (lines.empty() ? "" : " ") + std::string(line);
    }
  }
  end_paragraph();
  return framed("mxpulse: runbook", "<div class=\"prose\">\n" + main + "</div>\n");
}

}  // namespace mxpulse::page
