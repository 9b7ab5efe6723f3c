// SPDX-License-Identifier: MIT
#include "cluster/shell_command.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "net/child_process.h"
#include "net/event_loop.h"
#include "net/task_group.h"

namespace stickler::cluster {
namespace {

using namespace std::chrono_literals;

class ShellCommandTest : public testing::Test {
 protected:
  CommandEnd run(const std::string& text, Duration limit = 30s) {
    tasks.start(run_and_stop(text, limit));
    loop.run();
    return end;
  }
  net::Task<> run_and_stop(std::string text, Duration limit) {
    end = co_await command.run(std::move(text), limit);
    loop.stop();
  }

  net::EventLoop loop;
  ShellCommand command;
  CommandEnd end;
  net::TaskGroup tasks;
};

TEST_F(ShellCommandTest, SucceedsIfItEndsWithZero) {
  const CommandEnd ended = run("test -n \"$PATH\" && exec true");
  EXPECT_TRUE(ended.succeeded);
  EXPECT_EQ(ended.text, "ended with 0");
}

TEST_F(ShellCommandTest, SaysHowItFailed) {
  EXPECT_EQ(run("exit 3").text, "ended with 3");
  EXPECT_EQ(run("kill -TERM $$").text, "was ended by Terminated");
  EXPECT_FALSE(end.succeeded);
  EXPECT_EQ(run("/nowhere/there").text, "ended with 127");
}

TEST_F(ShellCommandTest, IsKilledWithAllItStartedWhenItsTimeIsOver) {
  const auto file = std::filesystem::temp_directory_path() /
                    ("stickler-shell-command-" + std::to_string(::getpid()));
  const std::string text = "sleep 60 & echo $! > " + file.string() + "; wait";
  EXPECT_EQ(run(text, 300ms).text, "did not end within 300ms");
  pid_t started = 0;
  std::ifstream(file) >> started;
  std::filesystem::remove(file);
  ASSERT_GT(started, 0);
  // It was killed before we heard of the end; the kernel may not have come to it yet, and it may
  // be a zombie until whoever adopts orphans looks.
  const net::Fd watched = net::watch_process(started);
  if (!watched) return;
  pollfd ended{watched.get(), POLLIN, 0};
  EXPECT_EQ(::poll(&ended, 1, 10'000), 1);
}

TEST_F(ShellCommandTest, HearsSignalsThatWeBlockOrIgnore) {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
  EXPECT_EQ(run("kill -TERM $$; sleep 60").text, "was ended by Terminated");
  EXPECT_EQ(run("kill -PIPE $$; sleep 60").text, "was ended by Broken pipe");
  pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);
}

TEST_F(ShellCommandTest, IsLeftRunning) {
  loop.post([&] { command.leave(); });
  const CommandEnd ended = run("sleep 1");
  EXPECT_TRUE(ended.left);
  EXPECT_FALSE(ended.succeeded);
}

}  // namespace
}  // namespace stickler::cluster
