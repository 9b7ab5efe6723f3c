// SPDX-License-Identifier: MIT
// One HTTP/1 connection to a server, as its client (RFC 9112): a request out, a response in, again
// and again. Used by one exchange at a time; between two it lies in the pool and owns no buffer.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/spares.h"
#include "http/body_reader.h"
#include "http/http1_parser.h"
#include "net/plain_stream.h"
#include "net/read_buffer.h"
#include "net/splice_pipe.h"
#include "net/task.h"
#include "net/write_all.h"

namespace stickler::backend {

// What came of waiting for a part of the response.
enum class Received : std::uint8_t {
  done,       // the part is there
  closed,     // the server closed or reset before it was complete
  invalid,    // not HTTP/1.1 as RFC 9112 wants it
  timed_out,  // silent for the whole limit
  cancelled,  // socket().cancel_read(): ask why, and call again to go on
};

// A piece of a response body. `payload` lies in the connection's buffer or in the memory offered,
// and is good until the next call.
struct BodyPart {
  Received result = Received::done;
  std::string_view payload;
  bool last = false;  // the body ends with this piece
};

class ServerConnection {
 public:
  // `era`: the server's (server.h) when connecting began.
  ServerConnection(net::Socket socket, std::size_t server, std::uint32_t era = 0)
      : stream_(std::move(socket)), server_(server), era_(era) {}
  ~ServerConnection() { release(); }

  net::PlainStream& stream() { return stream_; }
  net::Socket& socket() { return stream_.socket(); }
  // Its server's position in the backend.
  std::size_t server() const { return server_; }
  std::uint32_t era() const { return era_; }
  // It has served an earlier request, so its server may be about to close it.
  bool reused() const { return served_ > 0; }
  // A byte of the response to the current request has come.
  bool answered() const { return answered_; }

  // Before each request.
  void begin(http::HeadLimits limits);

  // Reads the next head, interim ones (1xx) included. Views into it are good until next_head(),
  // release() or the body's first wait.
  net::Task<Received> read_head(http::Method request, Duration limit);
  http::ResponseHead& head() { return reading_->parser.head(); }
  // Of an invalid head: why, and what has been read of it.
  const http::ParseError& parse_error() const { return reading_->parser.error(); }
  std::string_view head_bytes() const { return reading_->buffer.bytes(); }
  // After an interim head: the next one follows.
  void next_head();

  // After a final head: its body, piece by piece; offered memory is used once the buffer is empty.
  void begin_body();
  // Of the buffer, while has_buffered_body().
  BodyPart buffered_body();
  net::Task<BodyPart> read_body(char* into, std::size_t size, Duration limit);
  // The same from socket to socket, for a body of known length: at most `most` bytes, of which
  // there must be more than that to come.
  net::Task<Received> pipe_body(net::SplicePipe& into, std::size_t most, Duration limit);
  // How much is to come that could go that way.
  std::uint64_t body_for_pipe() const;
  bool body_ended() const { return reading_->body.ended(); }
  // A piece came together with the head.
  bool has_buffered_body() const { return !reading_->buffer.empty(); }
  std::string_view trailers() const { return reading_->body.trailers(); }

  // Bytes that came behind a 101 head.
  std::string_view surplus() const { return reading_->buffer.bytes(); }

  // After a whole response: whether another request may be sent (nothing unasked has come, and the
  // server keeps the connection). Gives the buffers back.
  bool finish();
  // Gives the buffers back without judging: before a tunnel, once surplus() is used.
  void release();

 private:
  // What is needed while a response is being read only; each thread keeps a few spare ones.
  struct Reading {
    net::ReadBuffer buffer;
    http::ResponseParser parser{http::HeadLimits{}};
    http::BodyReader body;
    bool unasked = false;  // bytes came behind the end of the body
  };
  static Spares<Reading>& spare_readings();

  BodyPart take_payload(char* data, std::size_t size, std::size_t& consumed);
  BodyPart end_of_stream();
  bool nothing_unasked();

  net::PlainStream stream_;
  std::unique_ptr<Reading> reading_;
  std::size_t server_;
  std::uint32_t era_;
  unsigned served_ = 0;
  bool answered_ = false;
};

}  // namespace stickler::backend
