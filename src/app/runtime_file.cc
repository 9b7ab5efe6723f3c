// SPDX-License-Identifier: MIT
#include "app/runtime_file.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "net/listening_socket.h"

namespace stickler::app {
namespace {

constexpr mode_t kAllRights = 0777;
constexpr mode_t kEntered = 0755;

constexpr uid_t kUnchanged = static_cast<uid_t>(-1);

uid_t user_of(const config::Process& process) {
  const passwd* entry = process.user.empty() ? nullptr : ::getpwnam(process.user.c_str());
  return entry == nullptr || ::geteuid() != 0 ? kUnchanged : entry->pw_uid;
}

// Root gives the file to whom it will become; others can only choose among their own groups.
std::optional<std::string> give_away(const config::Runtime& runtime,
                                     const config::Process& process) {
  const std::string& name = runtime.group.empty() ? process.group : runtime.group;
  gid_t group = kUnchanged;
  if (!name.empty()) {
    const struct group* entry = ::getgrnam(name.c_str());
    if (entry == nullptr) return "there is no group '" + name + "' on this machine";
    group = entry->gr_gid;
  } else if (user_of(process) != kUnchanged) {
    group = ::getpwnam(process.user.c_str())->pw_gid;
  }
  if (::chown(runtime.socket.c_str(), user_of(process), group) == 0) return std::nullopt;
  return "cannot give " + runtime.socket + " to its owner: " + std::strerror(errno);
}

// Where no service manager has made it: /run is empty after each boot. One level, so that a typing
// error makes no tree. If this fails, listening will and says why.
void make_folder(const std::string& socket, const config::Process& process) {
  const std::filesystem::path folder = std::filesystem::path(socket).parent_path();
  if (::mkdir(folder.c_str(), kEntered) != 0) return;
  ::chmod(folder.c_str(), kEntered);  // whatever the umask is
  if (::chown(folder.c_str(), user_of(process), kUnchanged) != 0) return;
}

}  // namespace

Result<net::Fd, std::string> make_runtime_socket(const config::Runtime& runtime,
                                                 const config::Process& process) {
  make_folder(runtime.socket, process);
  const mode_t before = ::umask(kAllRights & ~runtime.mode);
  auto opened = net::open_listening_sockets("unix:" + runtime.socket, 1);
  ::umask(before);
  if (!opened) return Failed{opened.error()};
  if (auto error = give_away(runtime, process)) return Failed{*error};
  return std::move(opened->front());
}

}  // namespace stickler::app
