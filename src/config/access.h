// SPDX-License-Identifier: MIT
// Whether an account could read or append to a file: asked by root for the account that will do so
// again later. Looks at owners and modes, not at access control lists. Any thread.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"

namespace stickler::config {

struct Account {
  std::string name;
  uid_t user = 0;
  std::vector<gid_t> groups;
};

// `group` may be empty: the user's primary one. The error is a sentence.
Result<Account, std::string> find_account(const std::string& user, const std::string& group);

// Who reads at a reload, if that is somebody else than who reads now: root becomes process.user.
std::optional<Account> later_account(const Process& process);

// Why a reload would fail that reads this file, which could be read now; nothing if it would not.
std::optional<std::string> obstacle_to_reload(const Account& reader,
                                              const std::filesystem::path& file);

// What bars the way: the file, or a folder above it; also where symbolic links lead.
std::optional<std::filesystem::path> barrier_for(const Account& account,
                                                 const std::filesystem::path& file);

// The same for who appends to the file, or makes it in a folder that exists.
std::optional<std::filesystem::path> barrier_to_append(const Account& account,
                                                       const std::filesystem::path& file);

}  // namespace stickler::config
