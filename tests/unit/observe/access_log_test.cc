// SPDX-License-Identifier: MIT
#include "observe/access_log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <map>

#include "backend/log_lines.h"
#include "net/fd.h"
#include "observe/file_output.h"

namespace stickler::observe {
namespace {

class AccessLogTest : public testing::Test {
 protected:
  AccessLogTest() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    out_ = net::Fd(ends[0]);
    in_ = net::Fd(ends[1]);
  }
  static proxy::ExchangeRecord record(std::string_view request_line) {
    proxy::ExchangeRecord made;
    made.request_line = request_line;
    return made;
  }
  OpenedLog output() const { return std::make_unique<FileOutput>(in_.get()); }
  // Reads until the pipe is closed.
  void start_reading() {
    reader_ = std::thread([this] {
      char part[65536];
      for (ssize_t got = 0; (got = ::read(out_.get(), part, sizeof part)) > 0;) {
        text_.append(part, static_cast<std::size_t>(got));
      }
    });
  }
  // All lines, once the log has ended.
  std::vector<std::string> lines() {
    in_.reset();
    reader_.join();
    std::vector<std::string> all;
    for (std::size_t at = 0, end = 0; (end = text_.find('\n', at)) != text_.npos; at = end + 1) {
      all.push_back(text_.substr(at, end - at));
    }
    EXPECT_TRUE(text_.empty() || text_.ends_with('\n')) << "a line was cut";
    return all;
  }
  // The request line "3 42".
  static std::string numbered(int worker, int i) {
    return std::to_string(worker) + " " + std::to_string(i);
  }
  static std::pair<int, int> numbers_of(const std::string& line) {
    std::pair<int, int> numbers{-1, -1};
    std::sscanf(line.c_str() + line.rfind('"', line.size() - 2), "\"%d %d", &numbers.first,
                &numbers.second);
    return numbers;
  }

  net::Fd out_;
  net::Fd in_;
  std::thread reader_;
  std::string text_;
};

TEST_F(AccessLogTest, WritesWhatIsLeftBeforeItEnds) {
  start_reading();
  {
    AccessLog(config::Log(), output()).add_sink().exchange_ended(record("one"));
  }
  std::vector<std::string> written = lines();
  ASSERT_EQ(written.size(), 1U);
  EXPECT_TRUE(written[0].ends_with("\"one\""));
}

TEST_F(AccessLogTest, LosesNoLineOfManyWorkersAndKeepsTheOrderOfEach) {
  constexpr int kWorkers = 3;
  constexpr int kEach = 2000;
  start_reading();
  {
    AccessLog log(config::Log(), output());
    std::vector<std::thread> workers;
    for (int worker = 0; worker < kWorkers; ++worker) {
      workers.emplace_back([&sink = log.add_sink(), worker] {
        for (int i = 0; i < kEach; ++i) sink.exchange_ended(record(numbered(worker, i)));
      });
    }
    for (std::thread& worker : workers) worker.join();
  }
  std::map<int, int> next;
  for (const std::string& line : lines()) {
    auto [worker, i] = numbers_of(line);
    EXPECT_EQ(next[worker]++, i);
  }
  for (int worker = 0; worker < kWorkers; ++worker) EXPECT_EQ(next[worker], kEach);
}

TEST_F(AccessLogTest, WaitsForAReaderThoughThePipeIsNonBlocking) {
  ::fcntl(in_.get(), F_SETFL, O_NONBLOCK);
  constexpr std::size_t kLines = 3000;  // more than a pipe holds
  {
    AccessLog log(config::Log(), output());
    AccessLog::Sink& sink = log.add_sink();
    for (std::size_t i = 0; i < kLines; ++i) sink.exchange_ended(record("line"));
    start_reading();
  }
  EXPECT_EQ(lines().size(), kLines);
}

TEST_F(AccessLogTest, DropsAndCountsLinesRatherThanLetAWorkerWait) {
  stickler::test::LogLines said;
  constexpr std::size_t kLines = 100'000;  // beyond what may wait
  {
    AccessLog log(config::Log(), output());
    AccessLog::Sink& sink = log.add_sink();
    for (std::size_t i = 0; i < kLines; ++i) sink.exchange_ended(record("a line of some length"));
    start_reading();
  }
  EXPECT_LT(lines().size(), kLines);
  EXPECT_GE(said.with("lines were dropped").size(), 1U);
}

// Takes nothing before it is told to.
class StuckOutput final : public LogOutput {
 public:
  explicit StuckOutput(std::string& written) : written_(written) {}
  Duration write(std::string_view& messages) override {
    if (stuck) return std::chrono::seconds(10);
    written_.append(std::exchange(messages, {}));
    return Duration{0};
  }
  void reopen() override { written_.append("reopened\n"); }
  bool stuck = false;

 private:
  std::string& written_;
};

class ChangingLogTest : public testing::Test {
 protected:
  // The output of the next log.
  OpenedLog next_output(bool stuck = false) {
    auto output = std::make_unique<StuckOutput>(written_.emplace_back());
    output->stuck = stuck;
    return output;
  }
  static config::Log json() {
    config::Log settings;
    settings.format = config::Log::Format::json;
    return settings;
  }
  static config::Log off() {
    config::Log settings;
    settings.access = config::Log::Access::off;
    return settings;
  }

  std::deque<std::string> written_;
  stickler::test::LogLines said_;
};

TEST_F(ChangingLogTest, WritesEachLineWhereAndAsItWasWantedThen) {
  {
    AccessLog log(config::Log(), next_output());
    AccessLog::Sink& sink = log.add_sink();
    sink.exchange_ended({});
    log.change(json(), next_output());
    sink.exchange_ended({});
    log.change(off(), nullptr);
    sink.exchange_ended({});
    log.change(config::Log(), next_output());
    sink.exchange_ended({});
  }
  ASSERT_EQ(written_.size(), 3U);
  EXPECT_TRUE(written_[0].starts_with("unix:0 [") && written_[0].ends_with("\"\n")) << written_[0];
  EXPECT_TRUE(written_[1].starts_with("{") && written_[1].ends_with("}\n")) << written_[1];
  EXPECT_TRUE(written_[2].starts_with("unix:0 [") && written_[2].ends_with("\"\n")) << written_[2];
}

TEST_F(ChangingLogTest, DoesNotWaitForAnOutputThatNobodyWantsAnyMore) {
  AccessLog log(config::Log(), next_output(true));
  AccessLog::Sink& sink = log.add_sink();
  for (int i = 0; i < 3; ++i) sink.exchange_ended({});
  log.change(json(), next_output());
  sink.exchange_ended({});
  log.finish();
  EXPECT_EQ(written_[0], "");
  EXPECT_TRUE(written_[1].ends_with("}\n"));
  EXPECT_EQ(log.dropped(), 3U);
}

TEST_F(ChangingLogTest, CountsAndSaysWhatIsLostAtTheEnd) {
  AccessLog log(config::Log(), next_output(true));
  AccessLog::Sink& one = log.add_sink();
  AccessLog::Sink& other = log.add_sink();
  one.exchange_ended({});
  other.exchange_ended({});
  log.finish();
  EXPECT_EQ(log.dropped(), 2U);
  EXPECT_EQ(said_.with("2 lines were dropped").size(), 1U);
}

TEST_F(ChangingLogTest, TellsItsOutputToReopen) {
  AccessLog log(config::Log(), next_output());
  log.reopen();
  log.finish();
  EXPECT_EQ(written_[0], "reopened\n");
}

}  // namespace
}  // namespace stickler::observe
