# Puts the files that pages are made with, and the README's runbook, into assets.cpp.
file(READ ${PROJECT_SOURCE_DIR}/src/page/status.css status_css)
file(READ ${PROJECT_SOURCE_DIR}/src/page/status.js status_js)
file(READ ${PROJECT_SOURCE_DIR}/src/page/icon.svg icon_svg)
file(READ ${PROJECT_SOURCE_DIR}/README.md runbook)
string(FIND "${runbook}" "\n## Runbook\n" start)
string(SUBSTRING "${runbook}" ${start} -1 runbook)
string(SUBSTRING "${runbook}" 1 -1 runbook)
string(FIND "${runbook}" "\n## " end)
string(SUBSTRING "${runbook}" 0 ${end} runbook)
configure_file(${PROJECT_SOURCE_DIR}/src/page/assets.cpp.in ${PROJECT_BINARY_DIR}/page/assets.cpp @ONLY)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
             ${PROJECT_SOURCE_DIR}/src/page/status.css ${PROJECT_SOURCE_DIR}/src/page/status.js ${PROJECT_SOURCE_DIR}/src/page/icon.svg
             ${PROJECT_SOURCE_DIR}/README.md)
target_sources(mxpulse_page PRIVATE ${PROJECT_BINARY_DIR}/page/assets.cpp)
