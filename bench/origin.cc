// SPDX-License-Identifier: MIT
// The origin: three servers s1, s2, s3 on three ports of one process, cheap enough not to be the
// limit, strict enough that a proxy that skips its work gets 400.
//
//   GET /bytes/N   N bytes       POST any path   the count of body bytes in X-Received
//   HEAD /status   200           upgrade         a tunnel that echoes messages
//
// Beside them somebody takes the log of programs that send it by syslog (log_reader.h). Prints the
// four ports on one line, then serves until killed or its parent ends.
#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "frame.h"
#include "http_text.h"
#include "log_reader.h"
#include "sys.h"

namespace stickler::bench {
namespace {

constexpr int kServers = 3;
constexpr int kBacklog = 4096;
constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::size_t kDiscardBytes = 1024 * 1024;
constexpr int kReadsPerTurn = 4;

struct Request {
  std::string_view method;
  std::string_view path;
  std::uint64_t length = 0;
  bool chunked = false;
  bool upgrade = false;
  bool forwarded_for = false;
  bool forwarded_proto = false;
};

bool is(std::string_view name, std::string_view wanted) {
  return name.size() == wanted.size() &&
         strncasecmp(name.data(), wanted.data(), wanted.size()) == 0;
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Request read_request(std::string_view head) {
  Request request;
  const std::size_t method_end = head.find(' ');
  const std::size_t path_end = head.find(' ', method_end + 1);
  request.method = head.substr(0, method_end);
  request.path = head.substr(method_end + 1, path_end - method_end - 1);
  std::size_t at = head.find("\r\n") + 2;
  while (at < head.size()) {
    const std::size_t end = head.find("\r\n", at);
    const std::string_view line = head.substr(at, end - at);
    at = end + 2;
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string_view name = line.substr(0, colon);
    if (is(name, "Content-Length"))
      request.length = number(line.substr(line.find_last_of(' ') + 1));
    if (is(name, "Transfer-Encoding")) request.chunked = true;
    if (is(name, "Upgrade")) request.upgrade = true;
    if (is(name, "X-Forwarded-For")) request.forwarded_for = true;
    if (is(name, "X-Forwarded-Proto")) request.forwarded_proto = true;
  }
  return request;
}

class Connection final : public Watcher {
 public:
  Connection(Epoll& epoll, Fd fd, std::string_view server)
      : epoll_(epoll), fd_(std::move(fd)), server_(server) {
    set_no_delay(fd_.get());
    epoll_.add(fd_.get(), EPOLLIN, *this);
  }

  [[nodiscard]] bool ended() const { return fd_.get() < 0; }

  void on_ready(std::uint32_t /*events*/) override {
    if (!send_waiting()) return;  // one answer at a time: requests wait while the proxy is slow
    for (int i = 0; i < kReadsPerTurn && !ended() && !wants_write_; ++i) {
      if (!receive_once()) return;
    }
  }

 private:
  // False: nothing more to read now.
  bool receive_once() {
    if (upload_left_ > 0) {
      const Io io = discard(fd_.get(), std::min(upload_left_, std::uint64_t{kDiscardBytes}));
      if (io.status == IoStatus::moved) upload_arrived(io.bytes);
      if (io.status == IoStatus::ended) end();
      return io.status == IoStatus::moved;
    }
    const Io io = receive(fd_.get(), scratch().data, kReadBytes);
    if (io.status == IoStatus::ended) end();
    if (io.status != IoStatus::moved) return false;
    received_.append(scratch().data, io.bytes);
    tunnel_ ? echo() : serve();
    return io.bytes == kReadBytes || upload_left_ > 0;  // a short read has drained the socket
  }

  void serve() {
    std::size_t at = 0;
    while (!tunnel_ && upload_left_ == 0) {
      const std::size_t end = received_.find("\r\n\r\n", at);
      if (end == std::string::npos) break;
      const Request request = read_request(std::string_view(received_).substr(at, end + 2 - at));
      at = end + 4;
      answer(request);
      const std::size_t early = std::min<std::uint64_t>(received_.size() - at, upload_left_);
      at += early;
      if (early > 0) upload_arrived(early);
    }
    received_.erase(0, at);
    if (!waiting_.empty() || zeros_waiting_ > 0) send_waiting();
  }

  void answer(const Request& request) {
    if (request.path == "/status") return answer_with("200 OK", 0, "");
    if (request.chunked || !request.forwarded_for || !request.forwarded_proto) {
      return answer_with("400 Bad Request", 0, "");
    }
    if (request.upgrade) {
      tunnel_ = true;
      waiting_ +=
          "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
          "X-Served-By: " +
          std::string(server_) + "\r\nSec-WebSocket-Accept: " + std::string(kWebSocketAccept) +
          "\r\n\r\n";
      return;
    }
    if (request.method == "POST") {
      upload_size_ = upload_left_ = request.length;
      return;
    }
    constexpr std::string_view kBytes = "/bytes/";
    if (!request.path.starts_with(kBytes)) return answer_with("404 Not Found", 0, "");
    answer_with("200 OK", number(request.path.substr(kBytes.size())), "");
  }

  void answer_with(std::string_view status, std::uint64_t body_bytes, const std::string& fields) {
    waiting_.append("HTTP/1.1 ").append(status).append("\r\nContent-Type: text/plain\r\n");
    waiting_.append("X-Served-By: ").append(server_).append("\r\n").append(fields);
    waiting_.append("Content-Length: ").append(std::to_string(body_bytes)).append("\r\n\r\n");
    if (body_bytes <= kReadBytes) {
      waiting_.append(body_bytes, 'x');  // head and body in one send
    } else {
      zeros_waiting_ += body_bytes;
    }
  }

  void upload_arrived(std::uint64_t bytes) {
    upload_left_ -= bytes;
    if (upload_left_ > 0) return;
    answer_with("200 OK", 0, "X-Received: " + std::to_string(upload_size_) + "\r\n");
    send_waiting();
  }

  void echo() {
    std::size_t at = 0;
    for (; received_.size() - at >= kClientFrameBytes; at += kClientFrameBytes) {
      waiting_.append(kServerFrame.data(), kServerFrame.size());
      waiting_.append(received_, at + kClientFrame.size(), kMessageBytes);
    }
    received_.erase(0, at);
    send_waiting();
  }

  // True when nothing waits any longer.
  bool send_waiting() {
    while (!waiting_.empty() || zeros_waiting_ > 0) {
      const Io io = waiting_.empty() ? send_zeros(fd_.get(), zeros_waiting_)
                                     : send(fd_.get(), waiting_.data(), waiting_.size());
      if (io.status == IoStatus::ended) end();
      if (io.status == IoStatus::blocked) want_write(true);
      if (io.status != IoStatus::moved) return false;
      if (waiting_.empty()) {
        zeros_waiting_ -= io.bytes;
      } else {
        waiting_.erase(0, io.bytes);
      }
    }
    want_write(false);
    return true;
  }

  void want_write(bool wanted) {
    if (wanted == wants_write_) return;
    wants_write_ = wanted;
    epoll_.change(fd_.get(), wanted ? EPOLLOUT : EPOLLIN, *this);
  }

  void end() {
    waiting_.clear();
    zeros_waiting_ = 0;
    fd_ = Fd();
  }

  Epoll& epoll_;
  Fd fd_;
  std::string_view server_;
  std::string received_;
  std::string waiting_;
  std::uint64_t zeros_waiting_ = 0;
  std::uint64_t upload_size_ = 0;
  std::uint64_t upload_left_ = 0;
  bool tunnel_ = false;
  bool wants_write_ = false;
};

class Server final : public Watcher {
 public:
  Server(Epoll& epoll, std::string name) : epoll_(epoll), name_(std::move(name)) {
    listener_ = Fd(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    if (bind(listener_.get(), generic, size) != 0 || listen(listener_.get(), kBacklog) != 0 ||
        getsockname(listener_.get(), generic, &size) != 0) {
      die("listen");
    }
    port_ = ntohs(address.sin_port);
    epoll_.add(listener_.get(), EPOLLIN, *this);
  }

  [[nodiscard]] unsigned port() const { return port_; }

  void on_ready(std::uint32_t /*events*/) override {
    while (true) {
      Fd fd(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK));
      if (fd.get() < 0) return;
      connections_.push_back(std::make_unique<Connection>(epoll_, std::move(fd), name_));
    }
  }

  void forget_ended() {
    connections_.remove_if([](const auto& connection) { return connection->ended(); });
  }

 private:
  Epoll& epoll_;
  std::string name_;
  Fd listener_;
  unsigned port_ = 0;
  std::list<std::unique_ptr<Connection>> connections_;
};

void run() {
  Epoll epoll;
  std::vector<std::unique_ptr<Server>> servers;
  for (int i = 1; i <= kServers; ++i) {
    servers.push_back(std::make_unique<Server>(epoll, "s" + std::to_string(i)));
    std::printf("%u ", servers.back()->port());
  }
  LogReader log(epoll);
  std::printf("%u\n", log.port());
  std::fflush(stdout);
  constexpr std::chrono::seconds kSweep{1};  // seldom, since it looks at every connection
  for (Clock::time_point swept = Clock::now();;) {
    epoll.wait(kSweep);
    if (Clock::now() - swept < kSweep) continue;
    for (const auto& server : servers) server->forget_ended();
    swept = Clock::now();
  }
}

}  // namespace
}  // namespace stickler::bench

int main() {
  stickler::bench::prepare_process();
  stickler::bench::run();
}
