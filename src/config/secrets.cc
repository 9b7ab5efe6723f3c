// SPDX-License-Identifier: MIT
#include "config/secrets.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>

#include "config/access.h"

namespace stickler::config {
namespace {

constexpr std::size_t kShortSecret = 16;

class SecretFile {
 public:
  SecretFile(const Config& config, const Places& places, Report& report, std::string setting,
             const std::string& file)
      : process_(config.process),
        place_(places.value(setting)),
        report_(report),
        setting_(std::move(setting)),
        file_(file) {}

  // Its first line; empty if that has been reported.
  std::string read() {
    std::ifstream stream(file_);
    std::string line;
    if (!stream) {
      error(std::string(" cannot be read: ") + std::strerror(errno), "");
      return "";
    }
    std::getline(stream, line);
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty()) error(" has nothing in its first line", "write the secret there");
    struct stat found{};
    if (::stat(file_.c_str(), &found) == 0 && (found.st_mode & S_IROTH) != 0) {
      warning("everybody on this machine may read " + file_, "chmod 640 " + file_);
    }
    if (auto reader = later_account(process_)) {
      if (auto obstacle = obstacle_to_reload(*reader, file_)) warning(*obstacle, "");
    }
    return line;
  }

  void warning(const std::string& what, const std::string& remedy) {
    report_.warning(place_, setting_ + ": " + what, remedy);
  }

 private:
  void error(const std::string& what, const std::string& remedy) {
    report_.error(place_, setting_ + ": " + file_ + what, remedy);
  }

  const Process& process_;
  const Span place_;
  Report& report_;
  const std::string setting_;
  const std::string& file_;
};

void read_redis_secrets(Config& config, const Places& places, Report& report) {
  if (!config.redis) return;
  Redis& redis = *config.redis;
  if (!redis.password_file.empty()) {
    redis.password =
        SecretFile(config, places, report, "redis.password_file", redis.password_file).read();
  }
  if (redis.hash_key_file.empty()) return;
  SecretFile file(config, places, report, "redis.hash_key_file", redis.hash_key_file);
  redis.hash_key = file.read();
  if (redis.hash_key.size() < kShortSecret && !redis.hash_key.empty()) {
    file.warning("a secret of less than 16 characters can be guessed",
                 "openssl rand -hex 32 > " + redis.hash_key_file);
  }
}

}  // namespace

void read_secrets(Config& config, const Places& places, Report& report) {
  read_redis_secrets(config, places, report);
  for (Cluster& cluster : config.clusters) {
    Etcd& etcd = cluster.etcd;
    if (etcd.password_file.empty()) continue;
    const std::string setting = "clusters." + cluster.name + ".etcd.password_file";
    etcd.password = SecretFile(config, places, report, setting, etcd.password_file).read();
  }
}

}  // namespace stickler::config
