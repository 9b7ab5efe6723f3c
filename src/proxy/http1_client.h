// SPDX-License-Identifier: MIT
// A client that speaks HTTP/1 (RFC 9112): reads one request head after the other, in order, and
// serves each exchange as its ClientConnection. Decides whether the connection may be used again.
// Owns buffers only from a request's first byte to its answer's last.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/intrusive_list.h"
#include "base/spares.h"
#include "http/body_reader.h"
#include "http/http1_parser.h"
#include "http/http1_writer.h"
#include "net/read_buffer.h"
#include "net/write_all.h"
#include "proxy/client_connection.h"
#include "proxy/service.h"

namespace stickler::proxy {

// What a listener takes of a request's head.
http::HeadLimits head_limits(const config::Listener& listener);

class Http1Client final : public ClientConnection, public ListMember<Http1Client> {
 public:
  Http1Client(std::unique_ptr<net::Stream> stream, ConnectionFacts facts, Service& service);
  ~Http1Client() override;

  enum class NextHead : std::uint8_t {
    request,    // head() is there
    closed,     // nothing more will come, and nothing needs to be said
    refused,    // bad head: error() says what to answer
    timed_out,  // began, but was not complete in time: 408
    cut_off,    // began, and then the client closed
  };
  // The next request. `idle` limits the silence before its first byte, timeouts.head the head.
  net::Task<NextHead> read_head(Duration idle);
  const http::RequestHead& head() const { return reading_->parser.head(); }
  const http::ParseError& error() const { return reading_->parser.error(); }
  // Of a head that is refused: what has been read of it, and of what follows.
  std::string_view head_bytes() const { return reading_->buffer.bytes(); }
  // When the current request's first byte was read.
  TimePoint head_began() const { return head_began_; }
  WallTime head_began_wall() const { return head_began_wall_; }

  // Whether another request may follow the answer just sent.
  bool reusable() const;
  // Ends a connection that is not used again so that the client gets all that was sent: no reset
  // while bytes of its own are still under way (RFC 9112 §9.6). At most `linger` long.
  net::Task<> close(Duration linger);
  // Wakes a client that waits between two requests; for a graceful stop.
  void end_idle();
  // After a reload: an idle client goes by the new rules at once, or, if its listener is gone,
  // goes.
  void reloaded();

  const ConnectionFacts& facts() const override { return facts_; }
  RequestBodyPart early_body() override;
  net::Task<RequestBodyPart> read_body(std::span<char> into, Duration limit) override;
  std::uint64_t body_for_pipe() const override;
  net::Task<ClientResult> pipe_body(net::SplicePipe& into, std::size_t most,
                                    Duration limit) override;
  bool body_ended() const override { return reading_->body.ended(); }
  std::string_view body_trailers() const override { return reading_->body.trailers(); }
  void cancel_read() override { stream_->socket().cancel_read(); }
  net::Task<bool> discard_body(Duration total) override;
  net::Task<ClientResult> send_interim(const OutgoingResponse& head, Duration limit) override;
  net::Task<ClientResult> send_head(const OutgoingResponse& head, std::string_view body, bool last,
                                    Duration limit) override;
  net::Task<ClientResult> send_body(std::string_view bytes, bool last, std::string_view trailers,
                                    Duration limit) override;
  bool takes_pipe() const override { return framing_ == Framing::length && !stream_->is_tls(); }
  net::Task<ClientResult> send_pipe(net::SplicePipe& body, Duration limit) override;
  bool send_waited() const override { return send_waited_; }
  void cut() override;
  std::uint64_t bytes_sent() const override { return bytes_sent_; }
  void watch(net::WaitSlot** waiting_in) override;
  void unwatch() override;
  bool gone() const override { return watch_.gone; }
  std::unique_ptr<net::Stream> become_tunnel(std::string& early) override;

 private:
  // What is needed while a request is being served only; each thread keeps a few spare ones.
  struct Reading {
    net::ReadBuffer buffer;
    http::RequestParser parser{http::HeadLimits{}};
    http::BodyReader body;
    RequestBodyPart early;
    bool early_taken = false;
    std::size_t early_consumed = 0;  // bytes of the buffer behind the head that belong to the body
    std::string pipelined;           // bytes of the next request, read behind a chunked body

    void forget_request();
  };
  static Spares<Reading>& spare_readings();

  // How the response in progress is delimited.
  enum class Framing : std::uint8_t { none, length, chunked, until_close };

  // Lies in wait on the socket while nobody reads from it.
  struct Watch : net::Waiter {
    Watch() : Waiter(&on_event) {}
    static void on_event(net::Waiter& waiter);
    Http1Client* client = nullptr;
    net::WaitSlot** waiting_in = nullptr;
    bool gone = false;
  };

  void forget_exchange();
  void follow_reload();
  void begin_reading();
  void end_reading();
  net::Task<bool> first_bytes(Duration idle);
  net::Task<net::Wake> wait_idle(Duration idle);
  bool was_its_last() const;
  net::IoResult say_goodbye();
  std::optional<NextHead> parsed_head();
  net::Task<NextHead> complete_head();
  RequestBodyPart take_payload(char* data, std::size_t size, std::size_t& consumed);
  Framing choose_framing(const OutgoingResponse& head) const;
  void write_head(const OutgoingResponse& head, bool interim, http::HeadWriter& writer);
  void write_connection(const OutgoingResponse& head, http::HeadWriter& writer);
  net::Flight frame(std::string_view bytes, bool last, std::string_view trailers);
  bool send_at_once(net::Flight& flight, ClientResult& sent);
  net::Task<ClientResult> send_rest(net::Flight flight, Duration limit);
  ClientResult note_sent(const net::WriteResult& written);
  void lie_in_wait();

  std::unique_ptr<net::Stream> stream_;
  ConnectionFacts facts_;
  Service& service_;
  std::unique_ptr<Reading> reading_;
  Watch watch_;
  TimePoint head_began_;
  WallTime head_began_wall_{};
  std::uint64_t bytes_sent_ = 0;
  int unwaited_ = 0;        // requests in a row that were there already
  std::string frame_text_;  // chunk framing under way
  Framing framing_ = Framing::none;
  bool keep_ = true;       // the answer promised to keep the connection
  bool answered_ = false;  // the answer is complete
  bool cut_ = false;
  bool idle_ = false;
  bool retired_ = false;  // its listener is gone: this is its last request
  bool send_waited_ = false;
};

}  // namespace stickler::proxy
