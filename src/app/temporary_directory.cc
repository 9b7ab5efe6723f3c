// SPDX-License-Identifier: MIT
#include "app/temporary_directory.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace stickler::app {

Result<TemporaryDirectory, std::string> TemporaryDirectory::create() {
  std::error_code no_directory;
  std::filesystem::path parent = std::filesystem::temp_directory_path(no_directory);
  if (no_directory) parent = "/tmp";
  std::string name = parent / "stickler-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) {
    return Failed{"cannot make a directory in " + parent.string() + ": " + std::strerror(errno)};
  }
  return TemporaryDirectory(name);
}

TemporaryDirectory::~TemporaryDirectory() {
  if (path_.empty()) return;
  std::error_code nobody_is_left_to_tell;
  std::filesystem::remove_all(path_, nobody_is_left_to_tell);
}

std::optional<std::string> TemporaryDirectory::write(std::string_view name,
                                                     std::string_view content) const {
  std::ofstream out(file(name), std::ios::binary);
  out << content;
  out.close();
  if (out) return std::nullopt;
  return "cannot write " + file(name).string() + ": " + std::strerror(errno);
}

}  // namespace stickler::app
