// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "config/access.h"
#include "config/validate_parts.h"

namespace stickler::config {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFile = "log.access_file";

// Why lines could not be appended to the file, in a sentence; nothing if they can be.
std::optional<std::string> obstacle(const fs::path& file, const std::optional<Account>& writer) {
  struct stat status{};
  bool exists = ::stat(file.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) return file.string() + " is a folder";
  fs::path folder = file.parent_path();
  if (!exists && ::stat(folder.c_str(), &status) != 0) {
    return "there is no folder " + folder.string();
  }
  if (writer) {
    auto barrier = barrier_to_append(*writer, file);
    if (!barrier) return std::nullopt;
    return barrier->string() + " does not let '" + writer->name + "' write";
  }
  // Whoever checks may be somebody else than who runs it; but what root cannot, nobody can.
  if (::faccessat(AT_FDCWD, (exists ? file : folder).c_str(), W_OK, AT_EACCESS) == 0) {
    return std::nullopt;
  }
  return (exists ? file : folder).string() + " cannot be written to: " + std::strerror(errno);
}

void validate_access_file(const Validation& all) {
  const Log& log = all.config.log;
  const std::string setting(kFile);
  if (log.access != Log::Access::to_file) {
    if (!all.places.written(setting)) return;
    return all.report.warning(all.places.name(setting),
                              setting + " has no effect: log.access is not \"file\"",
                              "write access = \"file\";");
  }
  if (!all.places.written(setting)) {
    return all.report.error(all.places.value("log.access"),
                            "log.access is \"file\", but which file is not said",
                            "write access_file = \"/var/log/stickler/access.log\"; beside it");
  }
  if (log.access_file.empty()) return;  // misread, and said so
  // Root opens it as the account that it has become, since that one opens it anew at SIGUSR1.
  if (auto what = obstacle(log.access_file, later_account(all.config.process))) {
    all.report.error(all.places.value(setting), setting + ": " + *what);
  }
}

void validate_syslog(const Validation& all) {
  const Log& log = all.config.log;
  if (!all.places.written("log.syslog")) return;
  if (log.access != Log::Access::to_syslog) {
    return all.report.warning(all.places.name("log.syslog"),
                              "log.syslog has no effect: log.access is not \"syslog\"",
                              "write access = \"syslog\";");
  }
  bool datagrams =
      log.syslog.address.starts_with("unix:") || log.syslog.address.starts_with("udp:");
  if (datagrams && all.places.written("log.syslog.framing")) {
    all.report.warning(all.places.name("log.syslog.framing"),
                       "log.syslog.framing has no effect: a datagram holds one line");
  }
}

}  // namespace

void validate_log(const Validation& all) {
  validate_access_file(all);
  validate_syslog(all);
  bool cut = all.config.log.format == Log::Format::httplog;
  if (!cut && all.places.written("log.length")) {
    all.report.warning(all.places.name("log.length"),
                       "log.length has no effect: JSON that is cut is no JSON");
  }
}

}  // namespace stickler::config
