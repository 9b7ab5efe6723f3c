// SPDX-License-Identifier: MIT
// The global section.
#include "translation.h"

namespace stickler::haproxy {
namespace {

using namespace std::chrono_literals;

class GlobalSection : public Translating {
 protected:
  static std::string in_global(const std::string& lines) {
    return "global\n" + lines + in_tls_listen("");
  }
  config::Config with(const std::string& lines) const { return whole(in_global(lines)); }
};

TEST_F(GlobalSection, TheProcessIsTranslated) {
  config::Process process =
      with(" user root\n group root\n nbthread 4\n maxconn 5000\n hard-stop-after 30m\n").process;
  EXPECT_EQ(process.user, "root");
  EXPECT_EQ(process.group, "root");
  EXPECT_EQ(process.workers, 4u);
  EXPECT_EQ(process.max_connections, 5000u);
  EXPECT_EQ(process.stop_within, 30min);
}

TEST_F(GlobalSection, ProcessesBecomeThreads) {
  EXPECT_EQ(with(" nbproc 2\n").process.workers, 2u);
  EXPECT_EQ(with(" nbproc 1\n").process.workers, 0u);
  EXPECT_EQ(with(" nbthread 4\n nbproc 2\n").process.workers, 4u);
}

TEST_F(GlobalSection, AGroupNeedsAnAccount) {
  EXPECT_EQ(complaints(in_global(" group root\n")),
            "2: group root: a group needs an account; write process.user beside it");
}

struct LogCase {
  std::string lines;
  config::Log::Level level;
  config::Log::Access access;
};
class LogLines : public GlobalSection, public testing::WithParamInterface<LogCase> {};
TEST_P(LogLines, SayWhatIsLogged) {
  config::Log log = with(GetParam().lines).log;
  EXPECT_EQ(log.level, GetParam().level);
  EXPECT_EQ(log.access, GetParam().access);
}
using Level = config::Log::Level;
constexpr config::Log::Access kOn = config::Log::Access::to_stdout;
constexpr config::Log::Access kOff = config::Log::Access::off;
INSTANTIATE_TEST_SUITE_P(
    Global, LogLines,
    testing::Values(
        LogCase{" log stdout format raw local0 debug\n", Level::debug, kOn},
        LogCase{" log /dev/log local0\n", Level::info, kOn},
        LogCase{" log /dev/log len 4096 local0 info\n", Level::info, kOn},
        LogCase{" log 127.0.0.1 local0 notice\n", Level::info, kOff},
        LogCase{" log /dev/log local0 err\n", Level::error, kOff},
        LogCase{" log /dev/log local0\n log /dev/log local1 notice\n", Level::info, kOn},
        LogCase{" log /dev/log local1 notice\n log /dev/log local0 debug\n", Level::debug, kOn}));

TEST_F(GlobalSection, AnotherMachineGetsNoLog) {
  EXPECT_THAT(complaints(in_global(" log 10.0.0.5:514 local0\n")),
              testing::HasSubstr("let journald or rsyslog forward it"));
}

TEST_F(GlobalSection, TlsDefaultsAreThoseOfEachListener) {
  config::Tls tls = *with(
                         " ssl-default-bind-options ssl-min-ver TLSv1.3 no-tls-tickets\n"
                         " ssl-default-bind-ciphers ECDHE-RSA-AES128-GCM-SHA256\n"
                         " tune.ssl.cachesize 100\n crt-base /etc\n")
                         .listeners.front()
                         .tls;
  EXPECT_EQ(tls.preset, config::Tls::Preset::modern);
  EXPECT_EQ(tls.ciphers, "ECDHE-RSA-AES128-GCM-SHA256");
  EXPECT_FALSE(tls.tickets);
  EXPECT_EQ(tls.session_cache, 100u);
}

TEST_F(GlobalSection, CertificatesAreBelowTheirBase) {
  config::Config config =
      whole("global\n crt-base /etc/ssl\n" + in_listen(" bind :443 ssl crt a.pem crt /b.pem\n"));
  EXPECT_THAT(config.listeners.back().tls->certificates,
              testing::ElementsAre("/etc/ssl/a.pem", "/b.pem"));
}

TEST_F(GlobalSection, LimitsOfHeadsAreTakenIfTheyAreMore) {
  config::Config more = with(" tune.bufsize 131072\n tune.http.maxhdr 300\n");
  EXPECT_EQ(more.listeners.front().max_head, 131072u);
  EXPECT_EQ(more.backends.front().max_head, 131072u);
  EXPECT_EQ(more.listeners.front().max_fields, 300u);
  EXPECT_EQ(with(" tune.bufsize 32768\n").listeners.front().max_head, 65536u);
}

TEST_F(GlobalSection, TheRuntimeSocketIsTranslated) {
  config::Runtime runtime =
      with(" stats socket /run/x.sock mode 660 level admin group root expose-fd listeners\n")
          .runtime;
  EXPECT_EQ(runtime.socket, "/run/x.sock");
  EXPECT_EQ(runtime.mode, 0660u);
  EXPECT_EQ(runtime.group, "root");
}

TEST_F(GlobalSection, ThereIsOneRuntimeSocketWithOneLevel) {
  EXPECT_EQ(
      complaints(in_global(" stats socket unix@/a level user\n stats socket /b user root\n"
                           " stats socket ipv4@127.0.0.1:99\n")),
      "2: level user: whoever may use the runtime socket may do everything; see runtime.mode\n"
      "3: stats socket /b user root: there is one runtime socket\n"
      "4: stats socket ipv4@127.0.0.1:99: the runtime socket is a file; write runtime.socket");
}

TEST_F(GlobalSection, WhatNeedsNoSettingIsNoComplaint) {
  with(
      " daemon\n chroot /var/lib/haproxy\n pidfile /run/x\n"
      " stats timeout 30s\n ulimit-n 100000\n tune.maxrewrite 1024\n cpu-map 1 0\n"
      " master-worker\n ca-base /etc\n ssl-default-server-options no-sslv3\n spread-checks 5\n"
      " ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256\n"
      " ssl-default-bind-curves X25519:prime256v1:secp384r1\n node a\n setenv A 1\n");
}

TEST_F(GlobalSection, WhatIsOutOfBoundsIsAComplaintInTheWordsOfTheCheck) {
  EXPECT_EQ(complaints(in_global(" nbthread 1000\n")),
            "2: nbthread 1000: process.workers = 1000 is too large; it is 0 … 256");
}

TEST_F(GlobalSection, OthersAreComplaints) {
  for (const char* line : {"lua-load x.lua", "uid 5", "ssl-default-bind-curves P-521", "frob",
                           "ssl-default-bind-ciphersuites TLS_X", "maxconn many"}) {
    EXPECT_THAT(complaints(in_global(std::string(" ") + line + "\n")),
                testing::StartsWith("2: " + std::string(line) + ": "));
  }
}

}  // namespace
}  // namespace stickler::haproxy
