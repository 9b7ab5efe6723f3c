// SPDX-License-Identifier: MIT
#include "config/access.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace stickler::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostGroups = 1024;

using NameBuffer = std::array<char, 16384>;

std::optional<gid_t> find_group(const std::string& name) {
  struct group entry{};
  struct group* found = nullptr;
  NameBuffer buffer;
  ::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  return found == nullptr ? std::nullopt : std::optional(entry.gr_gid);
}

// Whether the bits of `wanted` are granted by the mode's part for this account.
bool is_granted(const Account& account, const fs::path& path, mode_t wanted) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return false;
  if (account.user == 0) return true;
  int shift = 0;
  if (status.st_uid == account.user) {
    shift = 6;
  } else if (std::ranges::find(account.groups, status.st_gid) != account.groups.end()) {
    shift = 3;
  }
  return ((status.st_mode >> shift) & wanted) == wanted;
}

constexpr mode_t kRead = 4;
constexpr mode_t kWrite = 2;
constexpr mode_t kPass = 1;

std::optional<fs::path> barrier_along(const Account& account, const fs::path& file, mode_t wanted) {
  fs::path folder;
  for (const fs::path& part : file.parent_path()) {
    folder /= part;
    if (!is_granted(account, folder, kPass)) return folder;
  }
  return is_granted(account, file, wanted) ? std::nullopt : std::optional(file);
}

}  // namespace

Result<Account, std::string> find_account(const std::string& user, const std::string& group) {
  struct passwd entry{};
  struct passwd* found = nullptr;
  NameBuffer buffer;
  ::getpwnam_r(user.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) return Failed{"there is no user '" + user + "' on this machine"};
  gid_t primary = entry.pw_gid;
  if (!group.empty()) {
    auto named = find_group(group);
    if (!named) return Failed{"there is no group '" + group + "' on this machine"};
    primary = *named;
  }
  Account account{.name = user, .user = entry.pw_uid, .groups = std::vector<gid_t>(kMostGroups)};
  int count = static_cast<int>(kMostGroups);
  ::getgrouplist(user.c_str(), primary, account.groups.data(), &count);
  account.groups.resize(static_cast<std::size_t>(std::max(count, 0)));
  return account;
}

std::optional<Account> later_account(const Process& process) {
  if (::geteuid() != 0 || process.user.empty()) return std::nullopt;
  auto account = find_account(process.user, process.group);
  return account ? std::optional(*account) : std::nullopt;
}

std::optional<std::string> obstacle_to_reload(const Account& reader, const fs::path& file) {
  auto barrier = barrier_for(reader, file);
  if (!barrier) return std::nullopt;
  std::string what = *barrier == file ? "" : " (because of " + barrier->string() + ")";
  return file.string() + " can be read by root, but not by '" + reader.name + "'" + what +
         ": the next reload would fail";
}

std::optional<fs::path> barrier_for(const Account& account, const fs::path& file) {
  std::error_code error;
  fs::path written = fs::absolute(file, error);
  if (auto barrier = barrier_along(account, written, kRead)) return barrier;
  fs::path real = fs::canonical(written, error);
  return error ? std::optional(written) : barrier_along(account, real, kRead);
}

std::optional<fs::path> barrier_to_append(const Account& account, const fs::path& file) {
  std::error_code error;
  fs::path real = fs::weakly_canonical(file, error);
  if (error) return file;
  if (fs::exists(real, error)) return barrier_along(account, real, kWrite);
  return barrier_along(account, real.parent_path(), kWrite | kPass);
}

}  // namespace stickler::config
