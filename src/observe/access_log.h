// SPDX-License-Identifier: MIT
// The access log: workers append messages to a buffer of their own, one writer thread takes whole
// buffers and writes them, a few times a second. A request never waits for the log: when the writer
// cannot keep up messages are dropped and counted, and the count is said when there is room again.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "config/config.h"
#include "observe/access_message.h"
#include "observe/log_output.h"
#include "proxy/exchange_record.h"

namespace stickler::observe {

class AccessLog {
  // Settings in force, and where they lead. Kept by whatever was written for it.
  struct Form {
    config::Log settings;
    OpenedLog output;  // the writer's; null: the access log is off
  };
  // Messages of one form that wait.
  struct Waiting {
    std::shared_ptr<Form> form;
    std::string messages;
  };

 public:
  // `output` belongs to the settings: open_log_output().
  AccessLog(const config::Log& settings, OpenedLog output);
  ~AccessLog() { finish(); }

  // One worker's end. Lives as long as the log.
  class Sink final : public proxy::RecordSink {
   public:
    explicit Sink(AccessLog& log) : log_(log) {}
    void exchange_ended(const proxy::ExchangeRecord& record) override;

   private:
    friend class AccessLog;
    void follow_change();
    bool append(std::string_view message);

    AccessLog& log_;
    // The worker's: what it writes by, and the number of the change that brought it.
    std::shared_ptr<Form> form_;
    unsigned change_ = 0;
    std::optional<AccessMessage> message_;

    std::mutex mutex_;
    // Guarded by mutex_. Never none; more than one only after a change.
    std::deque<Waiting> waiting_{Waiting{}};
    std::size_t bytes_ = 0;      // ditto: of all that waits
    std::uint64_t dropped_ = 0;  // ditto
  };
  // Before the worker starts; any thread.
  Sink& add_sink();

  // A reload: lines of exchanges that end from now on. Any thread.
  void change(const config::Log& settings, OpenedLog output);

  // The file has been moved away. Any thread.
  void reopen();

  // Ends: writes what is left, as far as the output takes it at once. Before the log goes, or so
  // that what was dropped can still be asked.
  void finish();

  // Lines that were lost since the start. Any thread.
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  using Clock = std::chrono::steady_clock;

  void announce();
  void run();
  bool await_work(Duration pause);
  void gather(bool ending);
  Duration write_all();
  bool disturbed() const { return changed_ || reopening_ || ending_; }
  Duration write_rest();
  bool take(Sink& sink);
  void say_dropped(bool room);
  void count_dropped(std::uint64_t dropped);
  void give_up();

  // The writer's.
  Waiting taken_;             // from a sink
  std::string_view rest_;     // of it that is not out yet
  std::uint64_t unsaid_ = 0;  // dropped, and not said yet
  Clock::time_point said_;    // when it was said last

  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<unsigned> changes_{1};  // form_ has changed so often

  std::mutex mutex_;
  std::condition_variable something_happens_;
  std::shared_ptr<Form> form_;                // guarded by mutex_
  bool idle_ = false;                         // ditto: the writer waits for a line
  bool announced_ = false;                    // ditto: there is a line to look for
  bool changed_ = false;                      // ditto: the settings have
  bool reopening_ = false;                    // ditto
  bool ending_ = false;                       // ditto
  std::vector<std::unique_ptr<Sink>> sinks_;  // ditto; only grows
  std::thread writer_;
};

}  // namespace stickler::observe
