// SPDX-License-Identifier: MIT
// HTTP requests of this program's own, to one place, one after the other, each within a limit; the
// connection is kept for the next if it can be. A whole answer, or one without end that is read as
// it comes. What follows from a failure is the caller's to say. One loop's thread.
//
// A call that is under way holds on to this object: whoever destroys it has cancelled and awaited.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backend/http_answer.h"
#include "base/result.h"
#include "base/units.h"
#include "config/url.h"
#include "net/address.h"
#include "net/stream.h"
#include "net/task.h"
#include "net/tls_trust.h"

namespace stickler::backend {

struct HttpRequest {
  std::string method = "POST";
  std::string path;                                         // begins with '/'
  std::vector<std::pair<std::string, std::string>> fields;  // besides Host and Content-Length
  std::string body;
};

struct HttpAnswer {
  unsigned status = 0;
  std::string body;
};

struct HttpFailure {
  enum class Phase : std::uint8_t { resolve, connect, tls, send, answer };
  Phase phase = Phase::connect;
  bool timed_out = false;
  bool cancelled = false;
  bool maybe_delivered = false;     // else the server has seen nothing of the request
  bool on_kept_connection = false;  // which may have died unnoticed: a fresh one may do better
  std::string text;                 // within a sentence: "connection refused"
};

class HttpCall {
 public:
  // Of a body; a longer answer fails.
  static constexpr std::size_t kBodyMax = std::size_t{16} * 1024 * 1024;

  // `trust` may be null if the place has no TLS.
  HttpCall(config::Url place, std::shared_ptr<const net::TlsTrust> trust);
  ~HttpCall();
  HttpCall(const HttpCall&) = delete;
  HttpCall& operator=(const HttpCall&) = delete;

  // The whole of it within the limit.
  net::Task<Result<HttpAnswer, HttpFailure>> run(HttpRequest request, Duration limit);

  // As far as the answer's status within the limit; the body follows with more().
  net::Task<Result<unsigned, HttpFailure>> begin(HttpRequest request, Duration limit);
  // The next bytes of the body, as they come; "" behind the last. If the limit has passed without
  // any it may be called again; after any other failure the connection is closed.
  net::Task<Result<std::string, HttpFailure>> more(Duration limit);

  // Whether the next request needs no new connection. Looks at the socket.
  bool is_connected();
  // Nobody may be waiting.
  void close();
  // Ends the running call, and any later one, in the loop's next turns.
  void cancel();

 private:
  using Phase = HttpFailure::Phase;
  using Trouble = std::optional<HttpFailure>;
  static constexpr Duration kLeast{1};

  net::Task<Trouble> connect();
  net::Task<Trouble> connect_to_one(std::vector<net::Address> addresses);
  net::Task<Trouble> shake_hands(net::Socket connected);
  net::Task<Trouble> send(const HttpRequest& request);
  net::Task<Trouble> read_some();
  net::IoResult try_input();
  Trouble verdict_on(const net::IoResult& got);

  std::string head_of(const HttpRequest& request) const;
  const char* awaited() const;
  void set_limit(Duration limit);
  Duration left() const;
  HttpFailure failed(Phase phase, std::string text);
  HttpFailure ran_out(Phase phase, const char* what);
  std::string system_reason(int error) const;

  const config::Url place_;
  const std::shared_ptr<const net::TlsTrust> trust_;
  std::unique_ptr<net::Stream> stream_;
  std::optional<HttpAnswerReader> answer_;  // to the request that was sent last
  net::WaitSlot* waiting_in_ = nullptr;     // while it resolves or connects
  TimePoint until_;
  Duration limit_{0};
  bool kept_ = false;  // the connection has served a request before
  bool sent_ = false;  // the server may have seen some of the request
  bool cancelled_ = false;
};

}  // namespace stickler::backend
