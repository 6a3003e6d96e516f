// The README's runbook as a page.
#pragma once

#include <string>
#include <string_view>

namespace mxpulse::page {

// Of the Markdown that the README uses there: headings of level 2 and 3, paragraphs, `code`.
std::string runbook_page(std::string_view markdown);

}  // namespace mxpulse::page
