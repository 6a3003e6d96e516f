#include "page/frame.hpp"

#include "page/html.hpp"

namespace mxpulse::page {

std::string framed(std::string_view title, std::string_view main) {
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light "
      "dark\">\n"
      "<title>" +
      escaped(title) +
      "</title>\n<link rel=\"icon\" href=\"/icon.svg\">\n<link rel=\"stylesheet\" href=\"/status.css\">\n"
      "<script src=\"/status.js\" defer></script>\n</head>\n<body>\n"
      "<header><a class=\"brand\" href=\"/\">mxpulse</a>\n"
      "<nav aria-label=\"Pages\"><a href=\"/api/v1/destinations\">JSON</a> <a href=\"/metrics\">Metrics</a> <a "
      "href=\"/runbook\">Runbook</a></nav>"
      "</header>\n<main>\n";
  page.append(main).append("</main>\n</body>\n</html>\n");
  return page;
}

}  // namespace mxpulse::page
