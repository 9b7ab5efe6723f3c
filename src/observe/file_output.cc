// SPDX-License-Identifier: MIT
#include "observe/file_output.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include "base/log.h"

namespace stickler::observe {
namespace {

constexpr mode_t kMode = 0640;
// A full disk is looked at again so soon.
constexpr Duration kRetry = std::chrono::seconds(1);
constexpr std::size_t kStep = 256 * 1024;

// Others may write into the same pipe: only so much stays together (pipe(7), "PIPE_BUF").
std::size_t step_of(int descriptor) {
  struct stat status{};
  bool pipe = ::fstat(descriptor, &status) == 0 && S_ISFIFO(status.st_mode);
  return pipe ? PIPE_BUF : kStep;
}

// Non-blocking: a named pipe without a reader would never open. A new file has its mode whatever
// the umask.
net::Fd open_to_append(const std::string& path) {
  constexpr int kFlags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  net::Fd file(::open(path.c_str(), kFlags));
  if (file || errno != ENOENT) return file;
  file = net::Fd(::open(path.c_str(), kFlags | O_CREAT, kMode));
  if (file) ::fchmod(file.get(), kMode);
  return file;
}

void wait_for_room(int descriptor) {
  pollfd room{descriptor, POLLOUT, 0};
  ::poll(&room, 1, -1);
}

// Whole messages of at most `step` bytes together, or the first one if that is longer.
std::size_t portion(std::string_view messages, std::size_t step) {
  if (messages.size() <= step) return messages.size();
  std::size_t last = messages.rfind('\n', step - 1);
  if (last == std::string_view::npos) last = messages.find('\n');
  return last == std::string_view::npos ? messages.size() : last + 1;
}

}  // namespace

Result<std::unique_ptr<LogOutput>, std::string> FileOutput::open(const std::string& path) {
  net::Fd file = open_to_append(path);
  if (!file) return Failed{"log.access_file: cannot open " + path + ": " + std::strerror(errno)};
  int descriptor = file.get();
  return std::unique_ptr<LogOutput>(
      std::make_unique<FileOutput>(Private{}, std::move(file), descriptor, path));
}

FileOutput::FileOutput(Private, net::Fd own, int descriptor, std::string path)
    : own_(std::move(own)),
      descriptor_(descriptor),
      path_(std::move(path)),
      step_(step_of(descriptor)) {}

Duration FileOutput::write(std::string_view& messages) {
  while (!messages.empty()) {
    std::size_t wanted = portion(messages, step_) - begun_;
    ssize_t written = ::write(descriptor_, messages.data() + begun_, wanted);
    if (written < 0 && errno == EINTR) continue;
    // Whoever shares our standard output may have made it non-blocking.
    if (written < 0 && errno == EAGAIN) {
      wait_for_room(descriptor_);
      continue;
    }
    if (written <= 0) return fail(messages, written < 0 ? errno : EIO);
    if (complained_) log_info("access log: {} takes lines again", path_);
    complained_ = false;
    std::size_t out = begun_ + static_cast<std::size_t>(written);
    std::size_t end = messages.substr(0, out).rfind('\n') + 1;  // npos + 1 is 0
    messages.remove_prefix(end);
    begun_ = out - end;
  }
  return Duration{0};
}

Duration FileOutput::fail(std::string_view& messages, int error) {
  if (path_.empty()) {
    messages = {};
    begun_ = 0;
    return Duration{0};
  }
  if (!complained_) {
    log_error("access log: {}: {}; lines wait until it takes them again", path_,
              std::strerror(error));
  }
  complained_ = true;
  return kRetry;
}

void FileOutput::reopen() {
  if (path_.empty()) return;
  net::Fd file = open_to_append(path_);
  if (!file) {
    log_error("access log: cannot open {} anew: {}; lines go on into the one that was open", path_,
              std::strerror(errno));
    return;
  }
  own_ = std::move(file);
  descriptor_ = own_.get();
  step_ = step_of(descriptor_);
  begun_ = 0;
  log_info("access log: {} is opened anew", path_);
}

}  // namespace stickler::observe
