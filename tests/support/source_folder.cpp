#include "support/source_folder.hpp"

namespace mxpulse::test {

std::filesystem::path source_folder() { return MXPULSE_SOURCE_DIR; }

}  // namespace mxpulse::test
