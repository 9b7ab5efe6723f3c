// SPDX-License-Identifier: MIT
// The whole way of a request in one thread: the test is both the client and the servers, at the
// other ends of Unix sockets. Settings may be changed until the first client comes.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/test_loop.h"
#include "proxy/serve_client.h"
#include "proxy/service.h"
#include "proxy/snapshot.h"

namespace stickler::proxy::test {

using net::test::kPlenty;
using net::test::kSoon;
using net::test::pattern;
using net::test::Peer;

struct Records final : RecordSink {
  void exchange_ended(const ExchangeRecord& record) override {
    if (keeps) all.push_back(record);
  }
  void tunnel_began(const ExchangeRecord& record) override { tunnels.push_back(record); }
  void attempt_failed(const FailedAttempt& attempt) override { attempts.push_back(attempt); }
  bool keeps = true;
  std::vector<ExchangeRecord> all;
  std::vector<ExchangeRecord> tunnels;
  std::vector<FailedAttempt> attempts;
};

class House : public testing::Test, protected net::test::TestLoop {
 protected:
  explicit House(std::size_t servers = 1) {
    EXPECT_NE(::mkdtemp(directory_.data()), nullptr);
    config_->listeners.resize(1);
    listener().name = "web";
    listener().backend = "app";
    listener().timeouts.keepalive = kPlenty;
    listener().timeouts.discard = kSoon;
    config_->backends.resize(1);
    backend_settings().name = "app";
    backend_settings().check.kind = config::Check::Kind::off;
    backend_settings().retry.pause = Duration{0};
    for (std::size_t i = 0; i < servers; ++i) add_server();
  }
  ~House() override {
    for (const std::string& path : paths_) ::unlink(path.c_str());
    ::rmdir(directory_.c_str());
  }

  // ---- settings ----
  config::Listener& listener() { return config_->listeners[0]; }
  config::Backend& backend_settings() { return config_->backends[0]; }
  config::Route& add_route(const std::string& name, const std::string& prefix) {
    config::Route route;
    route.name = name;
    route.path_prefixes = {prefix};
    listener().routes.push_back(route);
    return listener().routes.back();
  }

  // ---- the house ----
  Service& service() {
    open();
    return *service_;
  }
  backend::Backend& backend() {
    open();
    return *snapshot_->backends[0];
  }
  backend::ConnectionPool& pool() { return service().generation()->pool(backend()); }
  void forget_records() { records_.keeps = false; }
  const Records& records() const { return records_; }
  const ExchangeRecord& record() {
    EXPECT_FALSE(records_.all.empty());
    return records_.all.back();
  }
  std::string flags() {
    const ExchangeRecord& last = record();
    return {last.ended_by, last.ended_in, last.cookie.presented, last.cookie.given};
  }

  // ---- the client ----
  // A new client; client() is the last one.
  Peer& visit() { return visit(net::test::local_connection()); }
  Peer& visit(net::test::Connection made) {
    open();
    net::test::keep_little(made.ours.fd());
    clients_.push_back(std::make_unique<Peer>(std::move(made.peer)));
    start(serve(std::move(made.ours), *snapshot_->listeners[0], *service_));
    settle();
    return client();
  }
  Peer& client() { return *clients_.back(); }
  void ask(std::string_view text) {
    if (clients_.empty()) visit();
    client().send(text);
    settle();
  }
  // What the client got since it last looked.
  std::string answer() {
    settle();
    return client().receive();
  }
  // Everybody leaves; all that is still going on must end.
  void close_up() {
    clients_.clear();
    servers_.clear();
    settle();
    service().stop();
    finish();
  }

  // ---- the servers ----
  // The connection that was made to server `position` now; server() is the last one.
  Peer& accept(std::size_t position = 0) {
    settle();
    int fd = ::accept4(listening_[position].get(), nullptr, nullptr, SOCK_CLOEXEC);
    EXPECT_GE(fd, 0) << "nobody connects";
    net::test::keep_little(fd);
    servers_.push_back(std::make_unique<Peer>(net::Fd(fd)));
    settle();
    return server();
  }
  bool anybody_connects(std::size_t position = 0) {
    settle();
    net::Fd fd(::accept4(listening_[position].get(), nullptr, nullptr, SOCK_CLOEXEC));
    return static_cast<bool>(fd);
  }
  Peer& server() { return *servers_.back(); }
  // What the server got since it last looked.
  std::string request() {
    settle();
    return server().receive();
  }
  void reply(std::string_view text) {
    server().send(text);
    settle();
  }
  // Nobody answers there any more.
  void refuse(std::size_t position) { listening_[position].reset(); }

 private:
  static net::Task<> serve(net::Socket socket, const ListenerRules& rules, Service& service) {
    auto upgraded = co_await serve_requests(std::move(socket), net::Address(), rules, service);
    if (upgraded == nullptr) co_return;
    co_await serve_tunnel(std::move(upgraded), service);
  }

  void open() {
    if (service_ != nullptr) return;
    auto built = Snapshot::build(config_);
    ASSERT_TRUE(built.ok()) << built.error();
    snapshot_ = std::move(*built);
    service_ = std::make_unique<Service>(snapshot_, records_);
  }

  void add_server() {
    paths_.push_back(directory_ + "/s" + std::to_string(paths_.size() + 1));
    config::Server server;
    server.name = server.cookie = "s" + std::to_string(paths_.size());
    server.address = "unix:" + paths_.back();
    backend_settings().servers.push_back(server);
    net::Address address = *net::Address::parse(server.address);
    listening_.emplace_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::bind(listening_.back().get(), address.data(), address.size()), 0);
    EXPECT_EQ(::listen(listening_.back().get(), 64), 0);
  }

  std::string directory_ = "/tmp/stickler-house-XXXXXX";
  std::vector<std::string> paths_;
  std::vector<net::Fd> listening_;
  std::shared_ptr<config::Config> config_ = std::make_shared<config::Config>();
  std::shared_ptr<Snapshot> snapshot_;
  Records records_;
  std::unique_ptr<Service> service_;
  std::vector<std::unique_ptr<Peer>> clients_;
  std::vector<std::unique_ptr<Peer>> servers_;
};

inline constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
inline constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// Only the status of an answer: "200"; "" if there is none.
inline std::string status_in(std::string_view answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::string(answer.substr(9, 3)) : "";
}
inline std::string body_in(std::string_view answer) {
  std::size_t end = answer.find("\r\n\r\n");
  return end == std::string_view::npos ? "" : std::string(answer.substr(end + 4));
}

}  // namespace stickler::proxy::test
