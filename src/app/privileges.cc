// SPDX-License-Identifier: MIT
#include "app/privileges.h"

#include <cap-ng.h>
#include <grp.h>
#include <malloc.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/log.h"

namespace stickler::app {
namespace {

// Whom the service manager has started as the right account needs nothing more.
void warn_of_another_user(const config::Process& process) {
  const passwd* wanted = process.user.empty() ? nullptr : ::getpwnam(process.user.c_str());
  if (wanted == nullptr || wanted->pw_uid == ::geteuid()) return;
  log_warning("process.user is '{}', but only root can become somebody else: this goes on as it is",
              process.user);
}

bool become(uid_t user, gid_t group) {
  capng_get_caps_process();
  bool low_ports = capng_have_capability(CAPNG_PERMITTED, CAP_NET_BIND_SERVICE) == 1;
  capng_clear(CAPNG_SELECT_CAPS);
  if (low_ports) {
    constexpr auto kInUse = static_cast<capng_type_t>(CAPNG_EFFECTIVE | CAPNG_PERMITTED);
    capng_update(CAPNG_ADD, kInUse, CAP_NET_BIND_SERVICE);
  }
  return capng_change_id(static_cast<int>(user), static_cast<int>(group), CAPNG_INIT_SUPP_GRP) == 0;
}

bool become_group(gid_t group) { return ::setgroups(1, &group) == 0 && ::setgid(group) == 0; }

}  // namespace

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

void keep_heap_free_of_holes() {
  constexpr int kLarger = 16'000;  // a TLS record and what surrounds it are larger
  ::mallopt(M_MMAP_THRESHOLD, kLarger);
}

std::optional<std::string> drop_privileges(const config::Process& process) {
  if (::geteuid() != 0) {
    warn_of_another_user(process);
    return std::nullopt;
  }
  if (process.user.empty() && process.group.empty()) return std::nullopt;
  gid_t group = ::getegid();
  uid_t user = ::geteuid();
  if (!process.user.empty()) {
    const passwd* entry = ::getpwnam(process.user.c_str());
    if (entry == nullptr) return "there is no user '" + process.user + "'";
    user = entry->pw_uid;
    group = entry->pw_gid;
  }
  if (!process.group.empty()) {
    const struct group* entry = ::getgrnam(process.group.c_str());
    if (entry == nullptr) return "there is no group '" + process.group + "'";
    group = entry->gr_gid;
  }
  bool done = process.user.empty() ? become_group(group) : become(user, group);
  // No program that this one may ever start gets rights back by its file's mode.
  if (done && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) return std::nullopt;
  return "cannot become user '" + process.user + "', group '" + process.group +
         "': " + std::strerror(errno);
}

}  // namespace stickler::app
