// SPDX-License-Identifier: MIT
#include "observe/runtime_socket.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "net/plain_stream.h"
#include "net/write_all.h"

namespace stickler::observe {
namespace {

constexpr std::size_t kMostConversations = 64;
constexpr std::size_t kLongestLine = 16 * 1024;
// A tool that asks now and then keeps its conversation; one that forgot about it does not.
constexpr Duration kSilence = std::chrono::minutes(5);
constexpr Duration kSlowReader = std::chrono::seconds(30);

}  // namespace

// One connection.
struct RuntimeSocket::Conversation {
  explicit Conversation(net::Socket socket) : stream(std::move(socket)) {}

  // The next line, without its end; nothing at the end of the conversation.
  net::Task<std::optional<std::string>> next_line();
  net::Task<bool> say(std::string text);
  std::optional<std::string> take_line();

  net::PlainStream stream;
  std::string received;
  bool ended = false;  // nothing more will come
  bool interactive = false;
};

std::optional<std::string> RuntimeSocket::Conversation::take_line() {
  const std::size_t end = received.find('\n');
  if (end == std::string::npos && !(ended && !received.empty())) return std::nullopt;
  std::string line = received.substr(0, end);
  received.erase(0, end == std::string::npos ? end : end + 1);
  return line;
}

net::Task<std::optional<std::string>> RuntimeSocket::Conversation::next_line() {
  for (;;) {
    if (std::optional<std::string> line = take_line()) co_return line;
    if (ended || received.size() > kLongestLine) co_return std::nullopt;
    std::array<char, 1024> bytes;
    net::IoResult got = stream.try_read(bytes.data(), bytes.size());
    if (got.done()) received.append(bytes.data(), got.bytes);
    if (got.eof()) ended = true;
    if (got.failed()) co_return std::nullopt;
    if (!got.blocked()) continue;
    net::Wake woke = co_await stream.socket().readable(kSilence);
    if (woke != net::Wake::ready) co_return std::nullopt;
  }
}

net::Task<bool> RuntimeSocket::Conversation::say(std::string text) {
  net::Flight flight{text, {}, {}};
  net::WriteResult written = co_await net::write_all(stream, flight, kSlowReader);
  co_return written.done();
}

RuntimeSocket::RuntimeSocket(net::Fd listening, const RuntimeCommands& commands)
    : listening_(std::move(listening)), commands_(commands) {}

void RuntimeSocket::start() { tasks_.start(accept()); }

void RuntimeSocket::stop() {
  stopping_ = true;
  listening_.cancel_read();
  for (Conversation* conversation : open_) {
    conversation->stream.socket().cancel_read();
    conversation->stream.socket().cancel_write();
  }
}

net::Task<> RuntimeSocket::accept() {
  while (!stopping_) {
    net::Fd fd(::accept4(listening_.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd && open_.size() < kMostConversations) {
      tasks_.start(converse(net::Socket(std::move(fd))));
    } else if (!fd) {
      listening_.drained();
      co_await listening_.readable(kNoLimit);
    }
  }
}

net::Task<> RuntimeSocket::converse(net::Socket socket) {
  Conversation conversation(std::move(socket));
  open_.push_back(&conversation);
  for (bool more = true; more && !stopping_;) {
    std::optional<std::string> line = co_await conversation.next_line();
    if (!line) break;
    more = co_await answer(&conversation, std::move(*line));
  }
  std::erase(open_, &conversation);
}

// The answers to a line's commands. Whether another line may follow.
net::Task<bool> RuntimeSocket::answer(Conversation* conversation, std::string line) {
  std::vector<Words> commands = split_line(line);
  std::string text;
  for (const Words& words : commands) {
    if (words.front() == "quit" || words.front() == "exit") co_return false;
    if (words.front() == "prompt") {
      conversation->interactive = true;
      continue;
    }
    text = co_await commands_.run(words);
    text += '\n';
    bool said = co_await conversation->say(std::move(text));
    if (!said || stopping_) co_return false;
  }
  if (!conversation->interactive) co_return false;
  std::string prompt = "> ";
  co_return co_await conversation->say(std::move(prompt));
}

}  // namespace stickler::observe
