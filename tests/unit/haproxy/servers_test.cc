// SPDX-License-Identifier: MIT
// Servers, how one is chosen, and what happens when it cannot be reached.
#include "translation.h"

namespace stickler::haproxy {
namespace {

using namespace std::chrono_literals;

class Servers : public Translating {
 protected:
  static std::string text(const std::string& lines) {
    return "listen app\n mode http\n bind :80\n" + lines;
  }
  config::Server server(const std::string& line) const {
    return backend(text(" server " + line + "\n")).servers.front();
  }
  std::string said(const std::string& line) const {
    return complaints(text(" server " + line + "\n server b 10.9.9.9:80\n"));
  }
};

struct ServerAddress {
  std::string theirs;
  std::string ours;
};
class ServerAddresses : public Servers, public testing::WithParamInterface<ServerAddress> {};
TEST_P(ServerAddresses, HaveOurForm) {
  EXPECT_EQ(server("a " + GetParam().theirs).address, GetParam().ours);
}
INSTANTIATE_TEST_SUITE_P(Server, ServerAddresses,
                         testing::Values(ServerAddress{"10.0.0.1:80", "10.0.0.1:80"},
                                         ServerAddress{"app.example:8080", "app.example:8080"},
                                         ServerAddress{"[::1]:80", "[::1]:80"},
                                         ServerAddress{"::1:80", "[::1]:80"},
                                         ServerAddress{"ipv4@app:80", "app:80"},
                                         ServerAddress{"/run/a", "unix:/run/a"},
                                         ServerAddress{"unix@/run/a", "unix:/run/a"}));

TEST_F(Servers, HaveTheirOptions) {
  config::Server one = server("a 10.0.0.1:80 weight 5 maxconn 100 backup id 3 resolvers dns");
  EXPECT_EQ(one.weight, 5u);
  EXPECT_EQ(one.maxconn, 100u);
  EXPECT_TRUE(one.backup);
}

TEST_F(Servers, NamesAreMadeToFit) {
  config::Backend app = backend(text(" server 10.0.0.1 10.0.0.1:80\n server a.b 10.0.0.2:80\n"));
  EXPECT_EQ(app.servers[0].name, "x-10-0-0-1");
  EXPECT_EQ(app.servers[1].name, "a-b");
}

TEST_F(Servers, DefaultsHoldForThoseBelow) {
  config::Backend app =
      backend(text(" server a 10.0.0.1:80\n default-server weight 5 backup\n"
                   " server b 10.0.0.2:80\n server c 10.0.0.3:80 weight 6\n"));
  EXPECT_EQ(app.servers[0].weight, 1u);
  EXPECT_EQ(app.servers[1].weight, 5u);
  EXPECT_TRUE(app.servers[1].backup);
  EXPECT_EQ(app.servers[2].weight, 6u);
}

TEST_F(Servers, ADisabledOneIsLeftOut) {
  EXPECT_THAT(backend(text(" server a 10.0.0.1:80\n server b 10.0.0.2:80 slowstart 5s disabled\n"
                           " default-server disabled\n server c 10.0.0.3:80\n"
                           " server d 10.0.0.4:80 enabled\n"))
                  .servers,
              testing::SizeIs(2));
}

struct RefusedServer {
  std::string line;
  std::string why;
};
class RefusedServers : public Servers, public testing::WithParamInterface<RefusedServer> {};
TEST_P(RefusedServers, AreComplaints) {
  EXPECT_THAT(said("a " + GetParam().line), testing::StartsWith("4: " + GetParam().why));
}
INSTANTIATE_TEST_SUITE_P(
    Server, RefusedServers,
    testing::Values(
        RefusedServer{"", "server a: its name or address is missing"},
        RefusedServer{"10.0.0.300:80", "10.0.0.300:80: \"10.0.0.300\" is neither"},
        RefusedServer{"10.0.0.1", "10.0.0.1: without a port"},
        RefusedServer{"10.0.0.1:+1000", "10.0.0.1:+1000: a server's port does not follow"},
        RefusedServer{"*:80", "*:80: a server has an address of its own"},
        RefusedServer{"abns@x", "abns@x: a server is reached by"},
        RefusedServer{"10.0.0.1:80 weight x", "weight x: it is no number"},
        RefusedServer{"10.0.0.1:80 inter x", "inter x: it is no time"},
        RefusedServer{"10.0.0.1:80 ssl", "ssl: servers are spoken to in plain HTTP"},
        RefusedServer{"10.0.0.1:80 verify none", "verify none: TLS to servers"},
        RefusedServer{"10.0.0.1:80 no-sslv3", "no-sslv3: TLS to servers"},
        RefusedServer{"10.0.0.1:80 send-proxy", "send-proxy: the PROXY protocol"},
        RefusedServer{"10.0.0.1:80 slowstart 5s", "slowstart 5s: a server gets"},
        RefusedServer{"10.0.0.1:80 agent-check", "agent-check: agent checks"},
        RefusedServer{"10.0.0.1:80 on-marked-down shutdown-sessions",
                      "on-marked-down shutdown-sessions: what runs"},
        RefusedServer{"10.0.0.1:80 proto h2", "proto: servers are spoken to in HTTP/1.1"},
        RefusedServer{"10.0.0.1:80 frob", "frob: the import does not know it"}));

TEST_F(Servers, BalancingIsTranslated) {
  using enum config::Backend::Balance;
  EXPECT_EQ(backend_with(" balance leastconn\n").balance, leastconn);
  EXPECT_EQ(backend_with(" balance source\n hash-type consistent\n").balance, source);
  EXPECT_EQ(backend_with(" balance first\n").balance, first);
  EXPECT_EQ(backend_with(" balance static-rr\n").balance, roundrobin);
  EXPECT_THAT(complaints(in_listen(" balance uri\n")),
              testing::StartsWith("6: balance uri: there is"));
}

TEST_F(Servers, RetriesAreTranslated) {
  using enum config::Retry::Redispatch;
  EXPECT_EQ(backend_with(" retries 7\n").retry.attempts, 7u);
  EXPECT_EQ(backend_with(" option redispatch\n").retry.redispatch, last);
  EXPECT_EQ(backend_with(" option redispatch 1\n").retry.redispatch, always);
  EXPECT_EQ(backend_with(" option redispatch -1\n").retry.redispatch, last);
  EXPECT_EQ(backend_with(" option redispatch\n no option redispatch\n").retry.redispatch, never);
  EXPECT_THAT(complaints(in_listen(" option redispatch 2\n")), testing::StartsWith("6: 2: "));
  EXPECT_THAT(complaints(in_listen(" retry-on all-retryable-errors\n")),
              testing::StartsWith("6: "));
  backend_with(" retry-on conn-failure\n");
}

TEST_F(Servers, OptionsOfTheBackendAreTranslated) {
  EXPECT_TRUE(backend_with(" option abortonclose\n").abort_on_close);
  EXPECT_FALSE(backend_with(" no option abortonclose\n").abort_on_close);
  EXPECT_EQ(backend_with(" http-reuse never\n").max_idle, 0u);
  EXPECT_EQ(backend_with(" http-reuse safe\n").max_idle, 64u);
}

TEST_F(Servers, WhatIsOneForAllServersComesFromThem) {
  config::Backend app =
      backend(text(" option redispatch 1\n"
                   " default-server maxqueue 10 maxconn 5 pool-max-conn 3 pool-purge-delay 30s\n"
                   " server a 10.0.0.1:80\n server b 10.0.0.2:80\n"));
  EXPECT_EQ(app.max_queue, 10u);
  EXPECT_EQ(app.on_full, config::Backend::OnFull::move);
  EXPECT_EQ(app.max_idle, 3u);
  EXPECT_EQ(app.keepalive, 30s);
}

TEST_F(Servers, WhatIsOneForAllButDiffersIsAComplaint) {
  EXPECT_EQ(
      complaints(text(" server a 10.0.0.1:80 pool-max-conn 3\n server b 10.0.0.2:80\n")),
      "5: server b 10.0.0.2:80: its servers differ in max_idle, which is one for all servers of "
      "a backend (now: that of a)");
}

}  // namespace
}  // namespace stickler::haproxy
