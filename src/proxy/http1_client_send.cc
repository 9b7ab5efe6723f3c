// SPDX-License-Identifier: MIT
// The sending half of Http1Client: heads and framing of responses.
#include "http/http1_writer.h"
#include "http/status.h"
#include "net/buffer_pool.h"
#include "proxy/chunk_frame.h"
#include "proxy/http1_client.h"

namespace stickler::proxy {
namespace {

using http::BodyKind;

std::size_t head_size(const OutgoingResponse& head) {
  constexpr std::size_t kAroundField = 4;
  constexpr std::size_t kOurs = 256;  // status line, framing, Connection
  std::size_t size = head.reason.size() + head.upgrade.size() + kOurs;
  for (const http::Field& field : head.fields) {
    size += field.name.size() + field.value.size() + kAroundField;
  }
  return size;
}

ClientResult result_of(const net::WriteResult& written) {
  using Kind = net::WriteResult::Kind;
  switch (written.kind) {
    case Kind::done:
      return ClientResult::done;
    case Kind::failed:
      return ClientResult::gone;
    case Kind::timed_out:
      return ClientResult::timed_out;
    case Kind::cancelled:
      return ClientResult::cancelled;
  }
  return ClientResult::gone;
}

}  // namespace

net::Task<ClientResult> Http1Client::send_interim(const OutgoingResponse& interim, Duration limit) {
  // HTTP/1.0 does not know them (RFC 9110 §15.2).
  if (head().version_minor == 0) co_return ClientResult::done;
  net::BufferLease memory = net::BufferPool::local().lease(head_size(interim));
  http::HeadWriter writer(memory.data(), memory.size());
  write_head(interim, true, writer);
  net::Flight flight{writer.written(), {}, {}};
  ClientResult sent = ClientResult::done;
  if (!send_at_once(flight, sent)) sent = co_await send_rest(flight, limit);
  co_return sent;
}

net::Task<ClientResult> Http1Client::send_head(const OutgoingResponse& response,
                                               std::string_view body, bool last, Duration limit) {
  framing_ = choose_framing(response);
  keep_ = head().keep_alive && !response.close && framing_ != Framing::until_close &&
          !service_.stopping() && !retired_;
  net::BufferLease memory = net::BufferPool::local().lease(
      head_size(response) + std::min(body.size(), net::kCheaplyCopied));
  http::HeadWriter writer(memory.data(), memory.size());
  write_head(response, false, writer);
  net::Flight flight{writer.written(), {}, {}};
  if (framing_ == Framing::chunked) {
    // The head and the chunk's opening line go together.
    flight = frame(body, last, {});
    writer.raw(flight[0]);
    flight[0] = writer.written();
  } else if (framing_ != Framing::none && body.size() <= net::kCheaplyCopied) {
    writer.raw(body);
    flight[0] = writer.written();
  } else if (framing_ != Framing::none) {
    flight[1] = body;
  }
  ClientResult sent = ClientResult::done;
  if (!send_at_once(flight, sent)) sent = co_await send_rest(flight, limit);
  answered_ = last && sent == ClientResult::done;
  co_return sent;
}

net::Task<ClientResult> Http1Client::send_body(std::string_view bytes, bool last,
                                               std::string_view trailers, Duration limit) {
  net::Flight flight = frame(bytes, last, trailers);
  ClientResult sent = ClientResult::done;
  if (!send_at_once(flight, sent)) sent = co_await send_rest(flight, limit);
  answered_ = last && sent == ClientResult::done;
  co_return sent;
}

net::Task<ClientResult> Http1Client::send_pipe(net::SplicePipe& body, Duration limit) {
  bytes_sent_ += body.held();
  auto& plain = static_cast<net::PlainStream&>(*stream_);
  net::WriteResult written = co_await net::write_all(plain, body, limit);
  co_return note_sent(written);
}

// False if the client must be waited for: then send_rest() sends what is left.
bool Http1Client::send_at_once(net::Flight& flight, ClientResult& sent) {
  for (std::string_view part : flight) bytes_sent_ += part.size();
  net::WriteResult written;
  if (!net::write_at_once(*stream_, flight, written)) return false;
  sent = note_sent(written);
  return true;
}

net::Task<ClientResult> Http1Client::send_rest(net::Flight flight, Duration limit) {
  net::WriteResult begun;
  net::WriteResult written = co_await net::write_rest(*stream_, flight, begun, limit);
  co_return note_sent(written);
}

ClientResult Http1Client::note_sent(const net::WriteResult& written) {
  bytes_sent_ -= written.unsent;
  send_waited_ = written.waited;
  return result_of(written);
}

// RFC 9112 §6.3, from the sender's side.
Http1Client::Framing Http1Client::choose_framing(const OutgoingResponse& response) const {
  bool bodyless = head().method == http::Method::head || response.status < 200 ||
                  response.status == 204 || response.status == 304;
  if (bodyless) return Framing::none;
  if (response.body.kind == BodyKind::length || response.body.kind == BodyKind::none) {
    return Framing::length;
  }
  return head().version_minor == 0 ? Framing::until_close : Framing::chunked;
}

void Http1Client::write_head(const OutgoingResponse& response, bool interim,
                             http::HeadWriter& writer) {
  writer.status_line(response.status, response.reason, 1);
  for (const http::Field& field : response.fields) writer.field(field.name, field.value);
  if (!interim) {
    if (framing_ == Framing::chunked) writer.field("Transfer-Encoding", "chunked");
    write_connection(response, writer);
  }
  writer.end_head();
}

void Http1Client::write_connection(const OutgoingResponse& response, http::HeadWriter& writer) {
  if (response.status == 101) {
    writer.field("Connection", "Upgrade");
    writer.field("Upgrade", response.upgrade);
  } else if (!keep_) {
    writer.field("Connection", "close");
  } else if (head().version_minor == 0) {
    writer.field("Connection", "keep-alive");
  }
}

net::Flight Http1Client::frame(std::string_view bytes, bool last, std::string_view trailers) {
  if (framing_ == Framing::none) return {};
  if (framing_ != Framing::chunked) return {bytes, {}, {}};
  return chunk_frame(bytes, last, trailers, frame_text_);
}

}  // namespace stickler::proxy
