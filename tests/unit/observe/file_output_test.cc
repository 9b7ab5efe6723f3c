// SPDX-License-Identifier: MIT
#include "observe/file_output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "backend/log_lines.h"

namespace stickler::observe {
namespace {

namespace fs = std::filesystem;

class FileOutputTest : public testing::Test {
 protected:
  FileOutputTest() {
    std::string pattern = (fs::temp_directory_path() / "stickler-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    file_ = folder_ / "access.log";
  }
  ~FileOutputTest() override { fs::remove_all(folder_); }

  OpenedLog opened() const {
    auto output = FileOutput::open(file_.string());
    EXPECT_TRUE(output.ok());
    return output.ok() ? std::move(*output) : nullptr;
  }
  static void write(LogOutput& output, std::string_view messages) {
    EXPECT_EQ(output.write(messages), Duration{0});
    EXPECT_EQ(messages, "");
  }
  static std::string content(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
  }

  fs::path folder_;
  fs::path file_;
  stickler::test::LogLines said_;
};

TEST_F(FileOutputTest, MakesTheFileForItselfAndItsGroup) {
  const mode_t before = ::umask(0077);
  write(*opened(), "one\n");
  ::umask(before);
  struct stat status{};
  ASSERT_EQ(::stat(file_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0640U);
  EXPECT_EQ(content(file_), "one\n");
}

TEST_F(FileOutputTest, AppendsToWhatIsThere) {
  write(*opened(), "one\n");
  write(*opened(), "two\nthree\n");
  EXPECT_EQ(content(file_), "one\ntwo\nthree\n");
}

TEST_F(FileOutputTest, GoesOnInANewFileWhenTheOldOneWasMoved) {
  OpenedLog output = opened();
  write(*output, "one\n");
  fs::rename(file_, folder_ / "access.log.1");
  write(*output, "two\n");
  output->reopen();
  write(*output, "three\n");
  EXPECT_EQ(content(folder_ / "access.log.1"), "one\ntwo\n");
  EXPECT_EQ(content(file_), "three\n");
}

TEST_F(FileOutputTest, KeepsTheOldFileIfThereCannotBeANewOne) {
  OpenedLog output = opened();
  fs::rename(file_, folder_ / "access.log.1");
  fs::create_directory(file_);
  output->reopen();
  write(*output, "one\n");
  EXPECT_EQ(content(folder_ / "access.log.1"), "one\n");
  EXPECT_EQ(said_.with("lines go on into the one that was open").size(), 1U);
}

TEST_F(FileOutputTest, SaysWhatIsInTheWay) {
  auto output = FileOutput::open((folder_ / "nowhere" / "access.log").string());
  ASSERT_FALSE(output.ok());
  EXPECT_EQ(output.error(), "log.access_file: cannot open " +
                                (folder_ / "nowhere" / "access.log").string() +
                                ": No such file or directory");
}

// A limit of the file's size stands for a full disk.
TEST_F(FileOutputTest, WaitsOnAFullDiskAndTearsNoLine) {
  OpenedLog output = opened();
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{10, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  std::string_view messages = "first\nsecond\nthird\n";
  EXPECT_GT(output->write(messages), Duration{0});
  EXPECT_EQ(messages, "second\nthird\n");
  EXPECT_GT(output->write(messages), Duration{0});
  ::setrlimit(RLIMIT_FSIZE, &before);
  write(*output, messages);
  EXPECT_EQ(content(file_), "first\nsecond\nthird\n");
  EXPECT_EQ(said_.with("File too large").size(), 1U) << "said once";
  EXPECT_EQ(said_.with("takes lines again").size(), 1U);
}

class PipeOutputTest : public FileOutputTest {
 protected:
  PipeOutputTest() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    out_ = net::Fd(ends[0]);
    in_ = net::Fd(ends[1]);
  }
  net::Fd out_;
  net::Fd in_;
};

TEST_F(PipeOutputTest, LinesVanishWhenNobodyIsLeftToReadThem) {
  std::signal(SIGPIPE, SIG_IGN);
  out_.reset();
  FileOutput output(in_.get());
  write(output, "one\n");
}

// What others write into the same pipe never comes between: each write is a few whole lines.
TEST_F(PipeOutputTest, WritesWholeLinesIntoAPipe) {
  ::fcntl(out_.get(), F_SETPIPE_SZ, 1024 * 1024);
  std::string lines;
  for (int i = 0; i < 1000; ++i) lines.append(std::string(90, 'x')).append("\n");
  lines.append(std::string(10'000, 'y')).append("\nlast\n");
  FileOutput output(in_.get());
  write(output, lines);
  std::string read(lines.size(), '\0');
  ASSERT_EQ(::read(out_.get(), read.data(), read.size()), static_cast<ssize_t>(lines.size()));
  EXPECT_EQ(read, lines);
}

}  // namespace
}  // namespace stickler::observe
