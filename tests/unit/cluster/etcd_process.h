// SPDX-License-Identifier: MIT
// Real etcd processes on loopback: one member, or a cluster of them; with TLS if there are
// certificates. They tell that they are ready as they would tell systemd.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "net/address.h"
#include "net/fd.h"
#include "net/test_certificates.h"
#include "net/test_loop.h"

namespace stickler::cluster::test {

inline constexpr const char* kEtcd = "/usr/bin/etcd";

inline bool etcd_is_installed() { return ::access(kEtcd, X_OK) == 0; }

// That nobody listens at, a moment ago.
inline unsigned free_port() {
  net::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const net::Address any = *net::Address::parse("127.0.0.1:0");
  EXPECT_EQ(::bind(fd.get(), any.data(), any.size()), 0);
  return net::test::bound_address(fd.get()).port();
}

// A member before it starts, and again after it was ended.
struct EtcdMember {
  std::string name;
  unsigned client_port = free_port();
  unsigned peer_port = free_port();
  bool tls = false;

  std::string url() const {
    return (tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(client_port);
  }
  std::string peer_url() const { return "http://127.0.0.1:" + std::to_string(peer_port); }
};

class EtcdProcess {
 public:
  using Words = std::vector<std::string>;

  // Does not wait until it is ready.
  EtcdProcess(const EtcdMember& member, const std::string& directory, const std::string& cluster,
              const Words& more = {})
      : ready_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    const std::string place = directory + "/" + member.name + ".ready";
    ::unlink(place.c_str());
    const net::Address address = *net::Address::parse("unix:" + place);
    EXPECT_EQ(::bind(ready_.get(), address.data(), address.size()), 0);
    Words words{kEtcd,
                "--name=" + member.name,
                "--data-dir=" + directory + "/" + member.name,
                "--listen-client-urls=" + member.url(),
                "--advertise-client-urls=" + member.url(),
                "--listen-peer-urls=" + member.peer_url(),
                "--initial-advertise-peer-urls=" + member.peer_url(),
                "--initial-cluster=" + cluster,
                "--initial-cluster-token=stickler",
                "--heartbeat-interval=50",
                "--election-timeout=500",
                "--auth-token=simple",
                "--log-outputs=" + directory + "/" + member.name + ".log",
                "--logger=zap"};
    words.insert(words.end(), more.begin(), more.end());
    start(words, place);
  }
  EtcdProcess(const EtcdProcess&) = delete;
  EtcdProcess& operator=(const EtcdProcess&) = delete;
  ~EtcdProcess() { end(); }

  void wait_until_ready() {
    constexpr int kPatience = 30'000;
    pollfd wait{ready_.get(), POLLIN, 0};
    EXPECT_EQ(::poll(&wait, 1, kPatience), 1) << "etcd does not start";
  }
  void freeze() { ::kill(pid_, SIGSTOP); }
  void thaw() { ::kill(pid_, SIGCONT); }
  // At once, as by a crash.
  void end() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  void start(const Words& words, const std::string& notify_socket) {
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    std::string notify = "NOTIFY_SOCKET=" + notify_socket;
    char* const environment[] = {notify.data(), nullptr};
    pid_ = ::fork();
    if (pid_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int nothing = ::open("/dev/null", O_RDWR);
    for (int fd : {0, 1, 2}) ::dup2(nothing, fd);
    ::execve(arguments[0], arguments.data(), environment);
    ::_exit(1);
  }

  net::Fd ready_;
  pid_t pid_ = 0;
};

// One member or more, ready to be asked.
class EtcdCluster {
 public:
  explicit EtcdCluster(std::size_t size, bool tls = false, EtcdProcess::Words more = {})
      : more_(std::move(more)) {
    for (std::size_t n = 0; n < size; ++n) {
      members_.push_back({"member" + std::to_string(n)});
      members_.back().tls = tls;
      const EtcdMember& member = members_.back();
      names_ += (n == 0 ? "" : ",") + member.name + "=" + member.peer_url();
    }
    for (std::size_t n = 0; n < size; ++n) processes_.push_back(begin(n));
    for (auto& process : processes_) process->wait_until_ready();
  }

  EtcdProcess& process(std::size_t n = 0) { return *processes_[n]; }
  const EtcdMember& member(std::size_t n = 0) const { return members_[n]; }
  std::vector<std::string> urls() const {
    std::vector<std::string> all;
    for (const EtcdMember& member : members_) all.push_back(member.url());
    return all;
  }
  void restart(std::size_t n = 0) {
    processes_[n]->end();
    processes_[n] = begin(n);
    processes_[n]->wait_until_ready();
  }

 private:
  std::unique_ptr<EtcdProcess> begin(std::size_t n) {
    return std::make_unique<EtcdProcess>(members_[n], directory_.path(), names_, more_);
  }

  net::test::TemporaryDirectory directory_;
  const EtcdProcess::Words more_;
  std::vector<EtcdMember> members_;
  std::string names_;
  std::vector<std::unique_ptr<EtcdProcess>> processes_;
};

}  // namespace stickler::cluster::test
