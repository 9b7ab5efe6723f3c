// SPDX-License-Identifier: MIT
#include "cluster/etcd_watch.h"

#include <algorithm>
#include <utility>

#include "cluster/etcd_text.h"
#include "net/event_loop.h"

namespace stickler::cluster {
namespace {

// Of one line: all that one transaction changed.
constexpr std::size_t kLineMax = std::size_t{16} * 1024 * 1024;

backend::HttpFailure broken(const char* why) {
  backend::HttpFailure failure;
  failure.phase = backend::HttpFailure::Phase::answer;
  failure.text = why;
  return failure;
}

}  // namespace

EtcdWatch::EtcdWatch(EtcdClient& client, std::string prefix)
    : members_(client.members()), prefix_(std::move(prefix)) {}

EtcdWatch::~EtcdWatch() { drop(); }

void EtcdWatch::start_at(std::int64_t revision) {
  if (revision == start_ && revision != 0) return;
  start_ = revision;
  if (call_) interrupt();
}

void EtcdWatch::close() {
  elsewhere_ = call_ != nullptr || elsewhere_;
  if (call_) interrupt();
}

void EtcdWatch::interrupt() {
  if (!busy_) return drop();
  interrupted_ = true;
  call_->cancel();
}

const std::string& EtcdWatch::endpoint() const {
  return members_.text_of(member_.value_or(members_.preferred()));
}

void EtcdWatch::drop() {
  if (call_) members_.gone(*call_);
  call_.reset();
  input_.clear();
}

net::Task<EtcdWatch::Batch> EtcdWatch::next(Duration limit) {
  busy_ = true;
  interrupted_ = false;
  if (call_ == nullptr) {
    Batch opened = co_await open();
    busy_ = false;
    co_return std::move(opened);
  }
  Batch batch = co_await go_on(limit);
  busy_ = false;
  co_return std::move(batch);
}

// ---- Opening ----

net::Task<EtcdWatch::Batch> EtcdWatch::open() {
  std::size_t member = members_.preferred();
  if (elsewhere_ && member_) member = *member_ + 1;
  elsewhere_ = false;
  EtcdFailure failure;
  for (std::size_t n = 0; n < members_.size(); ++n) {
    member_ = (member + n) % members_.size();
    Tried tried = co_await open_here();
    if (tried) co_return std::move(*tried);
    drop();
    if (was_interrupted()) co_return EtcdBatch();
    EtcdFailure next = members_.failure_at(*member_, tried.error(), false);
    if (!failure.text.empty()) next.text = failure.text + "; " + next.text;
    failure = std::move(next);
    if (!tried.error().elsewhere) break;
  }
  co_return Failed{std::move(failure)};
}

net::Task<EtcdWatch::Tried> EtcdWatch::open_here() {
  std::optional<EtcdTrouble> trouble = co_await members_.log_in(*member_);
  if (trouble) co_return Failed{std::move(*trouble)};
  const std::string token = members_.token();
  Tried tried = co_await ask_here();
  if (tried || !tried.error().log_in || !members_.forget_token(token)) co_return std::move(tried);
  drop();
  trouble = co_await members_.log_in(*member_);
  if (trouble) co_return Failed{std::move(*trouble)};
  co_return co_await ask_here();
}

net::Task<EtcdWatch::Tried> EtcdWatch::ask_here() {
  call_ = members_.new_call(*member_);
  std::string body = watch_request(prefix_, start_);
  backend::HttpRequest request = members_.request(*member_, "/v3/watch", std::move(body));
  // A member that has lost the others says so, instead of nothing.
  request.fields.emplace_back("Grpc-Metadata-Hasleader", "true");
  Result<unsigned, backend::HttpFailure> status =
      co_await call_->begin(std::move(request), members_.timeout());
  if (!status) co_return Failed{trouble_of(status.error())};
  Line line = co_await read_line(members_.timeout());
  if (!line) co_return Failed{trouble_of(line.error())};
  if (*status != 200) co_return Failed{trouble_of(*status, read_refusal(*line))};
  Tried tried = take(*line);
  if (!tried) co_return std::move(tried);
  if (!tried->created && tried->compacted == 0) {
    co_return Failed{trouble_with_answer("a watch that begins with something else")};
  }
  co_return std::move(tried);
}

// ---- Going on ----

net::Task<EtcdWatch::Batch> EtcdWatch::go_on(Duration limit) {
  Line line = co_await read_line(limit);
  if (was_interrupted()) {
    // What has just come will come again.
    drop();
    co_return EtcdBatch();
  }
  if (!line && line.error().timed_out) co_return EtcdBatch();
  if (!line) co_return Failed{ended(trouble_of(line.error()))};
  Tried tried = take(*line);
  if (tried) co_return std::move(*tried);
  co_return Failed{ended(tried.error())};
}

bool EtcdWatch::was_interrupted() const { return interrupted_ && !members_.is_cancelled(); }

EtcdFailure EtcdWatch::ended(const EtcdTrouble& trouble) {
  drop();
  elsewhere_ = true;
  return members_.failure_at(*member_, trouble, false);
}

EtcdWatch::Tried EtcdWatch::take(const std::string& line) {
  Understood<EtcdWatchLine> understood = read_watch_line(line);
  if (!understood) return Failed{trouble_with_answer(understood.error())};
  if (understood->cancelled) {
    EtcdTrouble trouble = trouble_of(200, understood->refusal);
    // Some of 3.4 say of an old token that what it is for is not permitted.
    trouble.log_in = trouble.kind == EtcdFailure::Kind::refused;
    return Failed{std::move(trouble)};
  }
  EtcdBatch& batch = understood->batch;
  for (const EtcdEvent& event : batch.events) {
    start_ = std::max(start_, event.key.mod_revision + 1);
  }
  if (batch.created && start_ == 0) start_ = batch.header.revision + 1;
  if (batch.compacted > 0) drop();
  return std::move(batch);
}

net::Task<EtcdWatch::Line> EtcdWatch::read_line(Duration limit) {
  constexpr Duration kLeast{1};  // zero would be no limit
  const TimePoint until = net::EventLoop::current().now() + limit;
  std::size_t searched = 0;
  while (input_.find('\n', searched) == std::string::npos && input_.size() <= kLineMax) {
    searched = input_.size();
    Duration left = limit;
    if (limit != kNoLimit) left = std::max(until - net::EventLoop::current().now(), kLeast);
    Line part = co_await call_->more(left);
    if (!part) co_return std::move(part);
    // An error's text needs no end of line.
    if (part->empty() && !input_.empty()) co_return std::exchange(input_, "");
    if (part->empty()) co_return Failed{broken("the watch has ended")};
    input_ += *part;
  }
  if (input_.size() > kLineMax) co_return Failed{broken("the watch tells too much at once")};
  co_return take_line();
}

std::string EtcdWatch::take_line() {
  const std::size_t end = input_.find('\n');
  std::string line = input_.substr(0, end);
  input_.erase(0, end + 1);
  return line;
}

}  // namespace stickler::cluster
