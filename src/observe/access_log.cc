// SPDX-License-Identifier: MIT
#include "observe/access_log.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace stickler::observe {
namespace {

// What may wait per worker: some ten thousand lines.
constexpr std::size_t kMostWaiting = 4 * 1024 * 1024;

// Lines are collected for so long before they are written together: each write costs as much as
// the making of ten lines.
constexpr Duration kGather = std::chrono::milliseconds(20);

// An output that is always too slow is complained of so often.
constexpr std::chrono::seconds kComplaints{10};

// A buffer that a burst has made larger gives its memory back.
constexpr std::size_t kKept = 1024 * 1024;

std::uint64_t count_messages(std::string_view messages, Framing framing) {
  std::uint64_t count = 0;
  for (; !messages.empty(); ++count) {
    messages.remove_prefix(std::min(messages.size(), first_message_size(messages, framing)));
  }
  return count;
}

}  // namespace

AccessLog::AccessLog(const config::Log& settings, OpenedLog output)
    : form_(std::make_shared<Form>(Form{settings, std::move(output)})),
      writer_([this] { run(); }) {}

void AccessLog::finish() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  something_happens_.notify_one();
  if (writer_.joinable()) writer_.join();
}

AccessLog::Sink& AccessLog::add_sink() {
  std::lock_guard lock(mutex_);
  sinks_.push_back(std::make_unique<Sink>(*this));
  return *sinks_.back();
}

void AccessLog::change(const config::Log& settings, OpenedLog output) {
  {
    std::lock_guard lock(mutex_);
    form_ = std::make_shared<Form>(Form{settings, std::move(output)});
    changes_.fetch_add(1, std::memory_order_relaxed);
    changed_ = true;
  }
  something_happens_.notify_one();
}

void AccessLog::reopen() {
  {
    std::lock_guard lock(mutex_);
    reopening_ = true;
  }
  something_happens_.notify_one();
}

// ---- Workers ----

void AccessLog::Sink::exchange_ended(const proxy::ExchangeRecord& record) {
  if (change_ != log_.changes_.load(std::memory_order_relaxed)) follow_change();
  if (form_->output == nullptr) return;
  bool first = append(message_->of(record));
  if (first) log_.announce();
}

void AccessLog::Sink::follow_change() {
  std::lock_guard lock(log_.mutex_);
  form_ = log_.form_;
  change_ = log_.changes_.load(std::memory_order_relaxed);
  message_.emplace(form_->settings);
}

// Whether nothing was waiting, so that the writer does not know of this sink.
bool AccessLog::Sink::append(std::string_view message) {
  std::lock_guard lock(mutex_);
  bool first = bytes_ == 0;
  if (bytes_ + message.size() > kMostWaiting) {
    ++dropped_;
    return first;
  }
  if (waiting_.back().form != form_ && !waiting_.back().messages.empty()) waiting_.emplace_back();
  waiting_.back().form = form_;
  waiting_.back().messages.append(message);
  bytes_ += message.size();
  return first;
}

void AccessLog::announce() {
  bool idle = false;
  {
    std::lock_guard lock(mutex_);
    announced_ = true;
    idle = idle_;
  }
  if (idle) something_happens_.notify_one();
}

// ---- The writer ----

void AccessLog::run() {
  Duration pause{0};
  for (bool ending = false; !ending;) {
    ending = await_work(pause);
    gather(ending);
    pause = write_all();
  }
  give_up();
}

// Until there is something to write; with a `pause`, until that is over. Whether the end has come.
bool AccessLog::await_work(Duration pause) {
  std::shared_ptr<Form> reopened;
  bool ending = false;
  {
    std::unique_lock lock(mutex_);
    if (pause > Duration{0}) {
      something_happens_.wait_for(lock, pause, [this] { return disturbed(); });
    } else {
      idle_ = true;
      something_happens_.wait(lock, [this] { return announced_ || disturbed(); });
      idle_ = false;
    }
    announced_ = false;
    changed_ = false;
    if (std::exchange(reopening_, false)) reopened = form_;
    ending = ending_;
  }
  if (reopened != nullptr && reopened->output != nullptr) reopened->output->reopen();
  return ending;
}

void AccessLog::gather(bool ending) {
  if (ending) return;
  std::unique_lock lock(mutex_);
  something_happens_.wait_for(lock, kGather, [this] { return disturbed(); });
}

// Returns how long to wait for an output that takes no more.
Duration AccessLog::write_all() {
  std::vector<Sink*> sinks;
  {
    std::lock_guard lock(mutex_);
    for (const auto& sink : sinks_) sinks.push_back(sink.get());
  }
  const std::uint64_t unsaid = unsaid_;
  Duration pause = write_rest();
  for (Sink* sink : sinks) {
    while (pause == Duration{0} && take(*sink)) pause = write_rest();
  }
  if (rest_.empty()) taken_.form.reset();
  say_dropped(unsaid == unsaid_ && pause == Duration{0});
  return pause;
}

// Nobody waits for an output that is not in use any more.
Duration AccessLog::write_rest() {
  if (rest_.empty()) return Duration{0};
  Duration pause = taken_.form->output->write(rest_);
  if (pause == Duration{0}) return pause;
  {
    std::lock_guard lock(mutex_);
    if (taken_.form == form_) return pause;
  }
  count_dropped(count_messages(rest_, framing_of(taken_.form->settings)));
  rest_ = {};
  return Duration{0};
}

// The oldest that waits there; false if nothing does.
bool AccessLog::take(Sink& sink) {
  taken_.form.reset();
  taken_.messages.clear();
  if (taken_.messages.capacity() > kKept) taken_.messages.shrink_to_fit();
  std::lock_guard lock(sink.mutex_);
  count_dropped(std::exchange(sink.dropped_, 0));
  if (sink.bytes_ == 0) return false;
  // The memory of what was written last is used for what comes next.
  std::swap(taken_, sink.waiting_.front());
  if (sink.waiting_.size() > 1) sink.waiting_.pop_front();
  sink.bytes_ -= taken_.messages.size();
  rest_ = taken_.messages;
  return true;
}

void AccessLog::say_dropped(bool room) {
  if (unsaid_ == 0 || (!room && Clock::now() - said_ < kComplaints)) return;
  log_warning("access log: {} dropped because the output was too slow",
              unsaid_ == 1 ? "1 line was" : fmt::format("{} lines were", unsaid_));
  unsaid_ = 0;
  said_ = Clock::now();
}

void AccessLog::count_dropped(std::uint64_t dropped) {
  unsaid_ += dropped;
  dropped_.fetch_add(dropped, std::memory_order_relaxed);
}

// The end has come, and what is still here nobody takes.
void AccessLog::give_up() {
  while (!rest_.empty()) {
    count_dropped(count_messages(rest_, framing_of(taken_.form->settings)));
    rest_ = {};
    std::lock_guard lock(mutex_);
    for (const auto& sink : sinks_) {
      if (rest_.empty()) take(*sink);
    }
  }
  say_dropped(true);
}

}  // namespace stickler::observe
