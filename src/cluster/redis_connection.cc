// SPDX-License-Identifier: MIT
#include "cluster/redis_connection.h"

#include <hiredis/adapters/libevent.h>
#include <hiredis/async.h>

#include <utility>

namespace stickler::cluster {
namespace {

TimePoint now() { return net::EventLoop::current().now(); }

redisAsyncContext* begin_to_connect(const net::Address& address) {
  constexpr std::string_view kUnix = "unix:";
  const std::string text = address.text();
  if (text.starts_with(kUnix)) return redisAsyncConnectUnix(text.c_str() + kUnix.size());
  return redisAsyncConnect(address.host().c_str(), static_cast<int>(address.port()));
}

// A list that claims to be longer than any answer to our commands would be made room for at once.
void* make_list(const redisReadTask* task, int elements) {
  constexpr int kMost = 100'000;
  const auto* usual = static_cast<redisReplyObjectFunctions*>(task->privdata);
  return elements > kMost ? nullptr : usual->createArray(task, elements);
}

}  // namespace

// hiredis calls these inside libevent's turn: they note what has happened, and wake.
struct RedisConnection::Callbacks {
  static RedisConnection& of(const redisAsyncContext* context) {
    return *static_cast<RedisConnection*>(context->data);
  }

  static void connected(const redisAsyncContext* context, int status) {
    if (status == REDIS_OK) return;
    of(context).context_ = nullptr;  // hiredis frees it
    of(context).end(context->errstr);
  }

  static void disconnected(const redisAsyncContext* context, int status) {
    of(context).context_ = nullptr;  // ditto
    of(context).end(status == REDIS_OK ? "the connection was closed" : context->errstr);
  }

  // Without a reply for each command that will have none.
  static void answered(redisAsyncContext* context, void* reply, void*) {
    if (reply == nullptr) return;
    RedisConnection& self = of(context);
    if (!self.sent_.empty()) self.sent_.pop_front();
    self.arrived_.push_back(RedisReply::copy_of(*static_cast<redisReply*>(reply)));
    self.news_.arrived.announce();
  }
};

RedisConnection::RedisConnection(const net::Address& address, RedisNews& news)
    : news_(news), address_(address.text()), context_(begin_to_connect(address)) {
  if (context_ == nullptr) {
    end("no memory");
    return;
  }
  if (context_->err != 0) {
    end(context_->errstr);
    redisAsyncFree(std::exchange(context_, nullptr));
    return;
  }
  context_->data = this;
  bound_lists();
  redisLibeventAttach(context_, net::EventLoop::current().base());
  redisAsyncSetConnectCallback(context_, &Callbacks::connected);
  redisAsyncSetDisconnectCallback(context_, &Callbacks::disconnected);
}

RedisConnection::~RedisConnection() {
  if (context_ == nullptr) return;
  redisAsyncSetDisconnectCallback(context_, nullptr);
  context_->onDisconnect = nullptr;
  redisAsyncFree(context_);
}

void RedisConnection::bound_lists() {
  redisReader* const reader = context_->c.reader;
  reader->privdata = reader->fn;
  making_ = std::make_unique<redisReplyObjectFunctions>(*reader->fn);
  making_->createArray = &make_list;
  reader->fn = making_.get();
}

void RedisConnection::end(std::string why) {
  if (trouble_.empty()) trouble_ = why.empty() ? "the connection has ended" : std::move(why);
  news_.arrived.announce();
}

bool RedisConnection::send(const RedisWords& words) {
  if (context_ == nullptr) return false;
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const std::string& word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  const int sent =
      redisAsyncCommandArgv(context_, &Callbacks::answered, nullptr, static_cast<int>(words.size()),
                            texts.data(), sizes.data());
  if (sent != REDIS_OK) return false;
  sent_.push_back(now());
  return true;
}

std::optional<RedisReply> RedisConnection::take() {
  if (arrived_.empty()) return std::nullopt;
  RedisReply reply = std::move(arrived_.front());
  arrived_.pop_front();
  return reply;
}

std::optional<TimePoint> RedisConnection::waiting_since() const {
  return sent_.empty() ? std::nullopt : std::optional(sent_.front());
}

net::Task<Result<RedisReply, std::string>> RedisConnection::ask(RedisWords words, Duration limit) {
  const TimePoint until = now() + limit;
  send(words);
  for (;;) {
    std::optional<RedisReply> reply = take();
    if (reply && reply->is_error()) co_return Failed{words.front() + ": " + reply->text};
    if (reply) co_return std::move(*reply);
    if (!trouble_.empty()) co_return Failed{trouble_};
    if (news_.give_up) co_return Failed{std::string("given up")};
    const Duration left = until - now();
    if (left <= Duration{0}) co_return Failed{std::string("no answer in time")};
    co_await news_.arrived.wait(left);
  }
}

}  // namespace stickler::cluster
