// SPDX-License-Identifier: MIT
// What an exchange needs from a client, whatever wire format the client speaks. An HTTP/1
// connection serves one exchange after the other through it; an HTTP/2 stream will serve just one.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/units.h"
#include "config/config.h"
#include "http/head.h"
#include "net/address.h"
#include "net/splice_pipe.h"
#include "net/stream.h"
#include "net/task.h"
#include "net/waiter.h"
#include "proxy/tls_facts.h"

namespace stickler::proxy {

class Generation;
struct ListenerRules;

// What is known of a client's connection. Between two exchanges a reload may give it another
// generation, and with that the listener's new rules; during one nothing changes.
struct ConnectionFacts {
  net::Address address;
  std::string client;  // its host as text
  std::shared_ptr<Generation> generation;
  const ListenerRules* listener = nullptr;  // of that generation
  bool tls = false;
  std::shared_ptr<const TlsFacts> tls_facts;  // null without TLS
  bool trusted = false;                       // listed in forwarded.trust
};

// What became of waiting for the client.
enum class ClientResult : std::uint8_t {
  done,
  gone,       // closed or reset
  timed_out,  // sent (or took) nothing for the whole limit
  invalid,    // what it sent is not the protocol
  cancelled,  // somebody ended the wait
};

// A piece of a request body. `payload` is good until the next call or wait.
struct RequestBodyPart {
  ClientResult result = ClientResult::done;
  std::string_view payload;
  bool last = false;
};

// A response on its way to the client. Fields that frame the message or name the connection are not
// among `fields`: the wire format writes its own.
struct OutgoingResponse {
  unsigned status = 0;
  std::string_view reason;
  std::span<const http::Field> fields;
  // Length if known; chunked or until_close both mean "not known".
  http::BodyFraming body;
  bool close = false;        // the connection should not be used again
  std::string_view upgrade;  // of a 101
};

class ClientConnection {
 public:
  virtual ~ClientConnection() = default;
  virtual const ConnectionFacts& facts() const = 0;

  // --- the request's body ---

  // What of the body came together with the head, decoded. Stays as it is until the exchange ends,
  // so that it can be sent to a second server. `last` if that is all of it.
  virtual RequestBodyPart early_body() = 0;
  // Reading does not happen unless asked for; `into` is offered memory.
  virtual net::Task<RequestBodyPart> read_body(std::span<char> into, Duration limit) = 0;
  // The same from socket to socket: at most `most` bytes, of which there must be more than that to
  // come that can go so.
  virtual net::Task<ClientResult> pipe_body(net::SplicePipe& into, std::size_t most,
                                            Duration limit) = 0;
  virtual std::uint64_t body_for_pipe() const = 0;
  virtual bool body_ended() const = 0;
  virtual std::string_view body_trailers() const = 0;
  // Ends a wait of read_body() with `cancelled`.
  virtual void cancel_read() = 0;
  // Reads and forgets the rest of the body, for at most `total`: true if it came to its end.
  virtual net::Task<bool> discard_body(Duration total) = 0;

  // --- the response ---

  // An interim response (1xx but 101); dropped for clients that do not know them.
  virtual net::Task<ClientResult> send_interim(const OutgoingResponse& head, Duration limit) = 0;
  // The final head with the body's beginning in one flight. `last`: that is the whole body.
  virtual net::Task<ClientResult> send_head(const OutgoingResponse& head, std::string_view body,
                                            bool last, Duration limit) = 0;
  // More of the body; waits while the client is slow, each time for `limit` at most. The bytes are
  // copied before the first wait. With `last`, `trailers` end it.
  virtual net::Task<ClientResult> send_body(std::string_view bytes, bool last,
                                            std::string_view trailers, Duration limit) = 0;
  // The same for bytes that go from socket to socket; what the client does not take at once is
  // copied before the wait. Only if the body goes out just as it is, takes_pipe().
  virtual bool takes_pipe() const = 0;
  virtual net::Task<ClientResult> send_pipe(net::SplicePipe& body, Duration limit) = 0;
  // Whether the last send had to wait: the client is the slower side.
  virtual bool send_waited() const = 0;
  // The response cannot be completed: makes that visible to the client.
  virtual void cut() = 0;
  virtual std::uint64_t bytes_sent() const = 0;

  // --- while the server works ---

  // From now on, if the client goes away for good (not on half-close alone), gone() is true and
  // whoever waits in the slot that `*waiting_in` points to then, if any, is woken with `cancelled`.
  // Not while the body is being read.
  virtual void watch(net::WaitSlot** waiting_in) = 0;
  virtual void unwatch() = 0;
  virtual bool gone() const = 0;

  // --- after a 101 ---

  // The connection as bytes, and what the client has sent early. Nothing else may be called
  // afterwards.
  virtual std::unique_ptr<net::Stream> become_tunnel(std::string& early) = 0;
};

// Watches the client while it lives.
class ClientWatch {
 public:
  ClientWatch(ClientConnection& client, net::WaitSlot** waiting_in) : client_(client) {
    client_.watch(waiting_in);
  }
  ~ClientWatch() { client_.unwatch(); }
  ClientWatch(const ClientWatch&) = delete;
  ClientWatch& operator=(const ClientWatch&) = delete;

 private:
  ClientConnection& client_;
};

}  // namespace stickler::proxy
