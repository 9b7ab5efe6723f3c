// SPDX-License-Identifier: MIT
#include "config/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "base/units.h"

namespace stickler::config {
namespace {

std::string reason(int error) { return std::generic_category().message(error); }

Result<std::string, std::string> read_all(int descriptor, std::size_t largest) {
  std::string text;
  std::array<char, 16384> piece;
  while (true) {
    ssize_t count = ::read(descriptor, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Failed{reason(errno)};
    if (count == 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(count));
    if (text.size() > largest) return Failed{"it is larger than " + format_size(largest)};
  }
}

}  // namespace

// The kind is asked of the opened file, so that it cannot change in between; O_NONBLOCK, so that a
// pipe without a writer is refused instead of waited for.
Result<std::string, std::string> read_text_file(const std::filesystem::path& path,
                                                std::size_t largest) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) return Failed{reason(errno)};
  struct stat status{};
  Result<std::string, std::string> text = Failed{std::string("it is not a regular file")};
  if (::fstat(descriptor, &status) != 0) {
    text = Failed{reason(errno)};
  } else if (S_ISDIR(status.st_mode)) {
    text = Failed{std::string("it is a directory")};
  } else if (S_ISREG(status.st_mode)) {
    text = read_all(descriptor, largest);
  }
  ::close(descriptor);
  if (text && text->find('\0') != std::string::npos) {
    return Failed{std::string("it holds a NUL byte, so it is not a text")};
  }
  return text;
}

}  // namespace stickler::config
