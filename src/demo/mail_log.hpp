// The log of the small internet's sender: a file in a folder of its own, which goes when this does.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace mxpulse::demo {

class MailLog {
 public:
  // Throws std::runtime_error when there is no place for temporary files.
  MailLog();
  ~MailLog();
  MailLog(const MailLog&) = delete;
  MailLog& operator=(const MailLog&) = delete;

  const std::filesystem::path& path() const { return path_; }

  // Rotated when it is full: a demo that runs for weeks fills no disk.
  void add(const std::string& line);

 private:
  std::filesystem::path path_;
  std::ofstream file_;
};

}  // namespace mxpulse::demo
