#include "demo/mail_log.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace mxpulse::demo {
namespace {

constexpr std::streamoff kFull = 1 << 20;

std::filesystem::path make_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "mxpulse-demo-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    throw std::runtime_error("the demo cannot make the folder " + name + ": " + std::strerror(errno));
  return name;
}

}  // namespace

MailLog::MailLog() : path_(make_folder() / "mail.log"), file_(path_) {}

MailLog::~MailLog() {
  std::error_code gone;  // or not: there is nobody left to tell
  std::filesystem::remove_all(path_.parent_path(), gone);
}

void MailLog::add(const std::string& line) {
  if (file_.tellp() > kFull) {
    file_.close();
    std::filesystem::rename(path_, path_.string() + ".1");
    file_.open(path_);
  }
  file_ << line << std::endl;
}

}  // namespace mxpulse::demo
