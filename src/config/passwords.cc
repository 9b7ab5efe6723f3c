// SPDX-License-Identifier: MIT
#include "config/passwords.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>

#include "base/strings.h"
#include "config/access.h"

namespace stickler::config {
namespace {

constexpr std::size_t kMostAccounts = 1000;

bool is_loopback(const Bind& bind) {
  for (std::string_view begin : {"127.", "[::1]:", "localhost:", "unix:"}) {
    if (bind.text.starts_with(begin)) return true;
  }
  return false;
}

bool is_public(const Listener& listener) {
  return !std::ranges::all_of(listener.binds, is_loopback);
}

// Whether others than owner and group may read it.
bool is_open_to_all(const std::string& file) {
  struct stat found{};
  return ::stat(file.c_str(), &found) == 0 && (found.st_mode & S_IROTH) != 0;
}

// Fills in the accounts; or says what is wrong with the file.
std::optional<std::string> read_accounts(Page& page) {
  std::ifstream file(page.password_file);
  if (!file) return std::string("cannot be read: ") + std::strerror(errno);
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == line.size()) {
      return "line " + std::to_string(number) + " is not USER:PASSWORD";
    }
    if (page.accounts.size() == kMostAccounts) return std::string("holds more than 1000 accounts");
    page.accounts.emplace_back(line.substr(0, colon), line.substr(colon + 1));
  }
  if (page.accounts.empty()) return std::string("holds no account: nobody could see the page");
  return std::nullopt;
}

void read_account_file(Page& page, const std::string& setting, const Places& places,
                       const std::optional<Account>& reader, Report& report) {
  if (auto wrong = read_accounts(page)) {
    return report.error(places.value(setting), setting + ": " + page.password_file + " " + *wrong,
                        "write a line USER:PASSWORD");
  }
  if (reader) {
    if (auto obstacle = obstacle_to_reload(*reader, page.password_file)) {
      report.warning(places.value(setting), setting + ": " + *obstacle);
    }
  }
  if (!is_open_to_all(page.password_file)) return;
  report.warning(places.value(setting),
                 setting + ": everybody on this machine may read " + page.password_file,
                 "chmod 640 " + page.password_file);
}

void read_page(const Listener& listener, std::optional<Page>& page, const std::string& name,
               const Places& places, const std::optional<Account>& reader, Report& report) {
  if (!page || page->uri.empty()) return;  // without a path: that has been said
  const std::string path = "listeners." + listener.name + "." + name;
  if (page->password_file.empty()) {
    if (!is_public(listener)) return;
    return report.warning(places.value(path + ".uri"),
                          path + ": the page " + page->uri + " is public and has no password",
                          "add password_file = \"/etc/stickler/" + name + ".password\";");
  }
  read_account_file(*page, path + ".password_file", places, reader, report);
}

// It moves what others are working on: nobody may ask for that unknown.
void read_cluster_admin(Listener& listener, const Places& places,
                        const std::optional<Account>& reader, Report& report) {
  if (!listener.cluster_admin) return;
  const std::string path = "listeners." + listener.name + ".cluster_admin";
  ClusterAdmin& admin = *listener.cluster_admin;
  if (!admin.password_file.empty()) {
    return read_account_file(admin, path + ".password_file", places, reader, report);
  }
  if (!is_public(listener)) return;
  report.error(places.value(path),
               path + ": whoever reaches this listener could move buckets without a password",
               "write cluster_admin = { cluster = \"" + admin.cluster +
                   "\"; password_file = \"/etc/stickler/cluster.password\"; }; or bind to "
                   "127.0.0.1");
}

}  // namespace

void read_passwords(Config& config, const Places& places, Report& report) {
  const std::optional<Account> reader = later_account(config.process);
  for (Listener& listener : config.listeners) {
    read_page(listener, listener.stats, "stats", places, reader, report);
    read_page(listener, listener.metrics, "metrics", places, reader, report);
    read_cluster_admin(listener, places, reader, report);
  }
}

}  // namespace stickler::config
