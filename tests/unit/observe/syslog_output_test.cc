// SPDX-License-Identifier: MIT
#include "observe/syslog_output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "backend/log_lines.h"

namespace stickler::observe {
namespace {

namespace fs = std::filesystem;

// The daemon's end: listens where the output is told to write.
class SyslogOutputTest : public testing::Test {
 protected:
  SyslogOutputTest() {
    std::string pattern = (fs::temp_directory_path() / "stickler-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~SyslogOutputTest() override { fs::remove_all(folder_); }

  std::string path() const { return (folder_ / "log").string(); }

  // A socket bound to the address; 0 as port: any.
  static net::Fd bound(const std::string& text, int type) {
    net::Address address = *net::Address::parse(text);
    net::Fd fd(::socket(address.family(), type | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::bind(fd.get(), address.data(), address.size()), 0) << text;
    EXPECT_TRUE(type != SOCK_STREAM || ::listen(fd.get(), 8) == 0);
    return fd;
  }
  static std::string port_of(const net::Fd& fd) {
    sockaddr_storage own{};
    socklen_t size = sizeof own;
    ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&own), &size);
    return std::to_string(net::Address(reinterpret_cast<sockaddr*>(&own), size).port());
  }
  static net::Fd accepted(const net::Fd& fd) {
    return net::Fd(::accept4(fd.get(), nullptr, nullptr, SOCK_CLOEXEC));
  }
  // One datagram, or what of a stream is there.
  static std::string received(const net::Fd& fd) {
    pollfd ready{fd.get(), POLLIN, 0};
    ::poll(&ready, 1, 5000);
    char text[65536];
    ssize_t got = ::recv(fd.get(), text, sizeof text, 0);
    return got < 0 ? "" : std::string(text, static_cast<std::size_t>(got));
  }
  static SyslogOutput output_to(const std::string& address, Framing framing = Framing::newline) {
    config::Syslog settings;
    settings.address = address;
    return SyslogOutput(settings, framing);
  }
  static void write(SyslogOutput& output, std::string_view messages) {
    EXPECT_EQ(output.write(messages), Duration{0});
    EXPECT_EQ(messages, "");
  }

  fs::path folder_;
  stickler::test::LogLines said_;
};

TEST_F(SyslogOutputTest, SendsADatagramForEachLine) {
  net::Fd unix_daemon = bound("unix:" + path(), SOCK_DGRAM);
  net::Fd udp_daemon = bound("127.0.0.1:0", SOCK_DGRAM);
  for (auto [daemon, address] : {std::pair{&unix_daemon, "unix:" + path()},
                                 {&udp_daemon, "udp:127.0.0.1:" + port_of(udp_daemon)},
                                 {&udp_daemon, "udp:localhost:" + port_of(udp_daemon)}}) {
    SyslogOutput output = output_to(address);
    write(output, "one\ntwo\n");
    EXPECT_EQ(received(*daemon), "one") << address;
    EXPECT_EQ(received(*daemon), "two");
  }
}

TEST_F(SyslogOutputTest, WaitsUntilADatagramSocketHasRoom) {
  net::Fd daemon = bound("unix:" + path(), SOCK_DGRAM);
  SyslogOutput output = output_to("unix:" + path());
  std::string lines;
  for (int i = 0; i < 2000; ++i) lines.append(std::to_string(i)).append("\n");
  std::thread writer([&] { write(output, lines); });  // more than the socket's queue holds
  for (int i = 0; i < 2000; ++i) EXPECT_EQ(received(daemon), std::to_string(i));
  writer.join();
  EXPECT_EQ(said_.all().size(), 0U);
}

TEST_F(SyslogOutputTest, LeavesOutWhatNoDatagramCanHold) {
  net::Fd daemon = bound("127.0.0.1:0", SOCK_DGRAM);
  SyslogOutput output = output_to("udp:127.0.0.1:" + port_of(daemon));
  write(output, std::string(70'000, 'x') + "\nnext\n");
  EXPECT_EQ(received(daemon), "next");
}

TEST_F(SyslogOutputTest, SendsAStreamAsItIsFramed) {
  net::Fd unix_daemon = bound("unix:" + path(), SOCK_STREAM);
  net::Fd tcp_daemon = bound("127.0.0.1:0", SOCK_STREAM);
  SyslogOutput local = output_to("unix-stream:" + path());
  write(local, "one\ntwo\n");
  EXPECT_EQ(received(accepted(unix_daemon)), "one\ntwo\n");
  SyslogOutput remote = output_to("tcp:127.0.0.1:" + port_of(tcp_daemon), Framing::octets);
  write(remote, "3 one3 two");
  EXPECT_EQ(received(accepted(tcp_daemon)), "3 one3 two");
}

TEST_F(SyslogOutputTest, TriesAgainLessAndLessOftenAndSaysSoOnce) {
  SyslogOutput output = output_to("unix:" + path());
  std::string_view messages = "one\n";
  Duration before{0};
  for (int i = 0; i < 12; ++i) {
    Duration pause = output.write(messages);
    EXPECT_GE(pause, before);
    EXPECT_LE(pause, std::chrono::seconds(10));
    before = pause;
  }
  EXPECT_EQ(before, std::chrono::seconds(10));
  EXPECT_EQ(messages, "one\n");
  EXPECT_EQ(said_.with("No such file").size(), 1U);
  net::Fd daemon = bound("unix:" + path(), SOCK_DGRAM);
  write(output, messages);
  EXPECT_EQ(received(daemon), "one");
  EXPECT_EQ(said_.with("takes lines again").size(), 1U);
}

TEST_F(SyslogOutputTest, FindsADaemonThatHasBegunAnew) {
  net::Fd daemon = bound("unix:" + path(), SOCK_DGRAM);
  SyslogOutput output = output_to("unix:" + path());
  write(output, "one\n");
  daemon.reset();
  fs::remove(path());
  daemon = bound("unix:" + path(), SOCK_DGRAM);
  std::string_view messages = "two\n";
  if (output.write(messages) > Duration{0}) write(output, messages);
  EXPECT_EQ(received(daemon), "two");
}

TEST_F(SyslogOutputTest, LosesNothingWhenAStreamsDaemonBeginsAnewWhileNobodyWrites) {
  net::Fd daemon = bound("127.0.0.1:0", SOCK_STREAM);
  SyslogOutput output = output_to("tcp:127.0.0.1:" + port_of(daemon), Framing::octets);
  write(output, "3 one");
  accepted(daemon).reset();
  std::string_view messages = "3 two";
  if (output.write(messages) > Duration{0}) write(output, messages);
  EXPECT_EQ(received(accepted(daemon)), "3 two");
}

// A connection that breaks inside a message: the next one begins with that message.
TEST_F(SyslogOutputTest, BeginsANewStreamAtTheBeginningOfAMessage) {
  net::Fd daemon = bound("127.0.0.1:0", SOCK_STREAM);
  int little = 4096;
  ::setsockopt(daemon.get(), SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
  SyslogOutput output = output_to("tcp:127.0.0.1:" + port_of(daemon), Framing::octets);
  const std::string message = "100000 " + std::string(100'000, 'x');
  std::string messages;
  for (int i = 0; i < 200; ++i) messages += message;
  std::string_view rest = messages;
  EXPECT_GT(output.write(rest), Duration{0}) << "so much nobody holds";
  EXPECT_FALSE(rest.empty());
  accepted(daemon).reset();
  output.write(rest);
  while (output.write(rest) > std::chrono::milliseconds(100)) continue;
  std::string begin = received(accepted(daemon));
  EXPECT_TRUE(begin.starts_with("100000 x")) << begin.substr(0, 20);
}

TEST_F(SyslogOutputTest, SaysWhenANameDoesNotResolve) {
  SyslogOutput output = output_to("udp:nobody.invalid:514");
  std::string_view messages = "one\n";
  EXPECT_GT(output.write(messages), Duration{0});
  EXPECT_EQ(said_.with("its name does not resolve").size(), 1U);
}

}  // namespace
}  // namespace stickler::observe
