// SPDX-License-Identifier: MIT
#include "http_session.h"

#include <algorithm>

namespace stickler::bench {
namespace {

constexpr std::size_t kHeadMost = 16 * 1024;

}  // namespace

void HttpSession::start(Clock::time_point intended) {
  intended_ = intended;
  if (request_.empty()) request_ = write_request(work_.text, cookie_);
  if (work_.keys != nullptr) take_key();
  head_.clear();
  head_sent_ = 0;
  upload_left_ = work_.text.upload_bytes;
  phase_ = Phase::sending;
  if (connection_) return send_more();
  connection_.emplace(epoll_, *this, target_, session_.get());
}

void HttpSession::take_key() {
  key_ = work_.keys_in_turn ? work_.keys->in_turn() : work_.keys->at_random(random_);
  const std::size_t path_end = request_.find(' ') + 1 + work_.text.path.size();
  Keys::write(key_, request_.data() + path_end - Keys::kDigits);
}

void HttpSession::on_ready(std::uint32_t /*events*/) {
  const IoStatus status = connection_->begin_turn();
  if (status == IoStatus::blocked) return;
  if (status == IoStatus::ended) return fail("cannot connect");
  if (phase_ == Phase::idle) return receive_while_idle();
  if (phase_ == Phase::sending && head_sent_ == 0 && work_.resume && session_ &&
      !connection_->resumed()) {
    return fail("TLS session not resumed");
  }
  if (phase_ == Phase::sending) return send_more();
  receive_more();
}

void HttpSession::send_more() {
  IoStatus status = IoStatus::moved;
  while (status == IoStatus::moved && (head_sent_ < request_.size() || upload_left_ > 0)) {
    status = send_part();
  }
  if (status == IoStatus::moved) status = connection_->flush();
  if (status == IoStatus::ended) return fail("cut while sending");
  connection_->want_write(status == IoStatus::blocked);
  if (status == IoStatus::moved) phase_ = Phase::head;
}

IoStatus HttpSession::send_part() {
  if (head_sent_ < request_.size()) {
    const Io io = connection_->write(request_.data() + head_sent_, request_.size() - head_sent_);
    head_sent_ += io.bytes;
    return io.status;
  }
  const Io io = connection_->write_zeros(upload_left_);
  upload_left_ -= io.bytes;
  tally_.move(io.bytes);
  return io.status;
}

void HttpSession::receive_more() {
  if (phase_ == Phase::head) receive_head();
  if (phase_ == Phase::body) receive_body();
  if (phase_ == Phase::ending) receive_end();
}

void HttpSession::receive_head() {
  const Io io = connection_->read(scratch().data, kHeadMost);
  if (io.status == IoStatus::blocked) return;
  if (io.status == IoStatus::ended) return fail("closed before the answer");
  head_.append(scratch().data, io.bytes);
  const std::size_t end = head_.find("\r\n\r\n");
  if (end == std::string::npos) {
    if (head_.size() > kHeadMost) fail("endless head");
    return;
  }
  const std::size_t head_size = end + 4;
  const std::size_t body_size = head_.size() - head_size;
  check_head(std::string_view(head_).substr(0, head_size));
  if (phase_ == Phase::body) body_arrived(body_size);
}

void HttpSession::check_head(std::string_view head) {
  const Answer answer = read_answer(head);
  if (answer.status != 200) return fail("status " + std::to_string(answer.status));
  if (answer.length != static_cast<std::int64_t>(work_.expected_bytes)) return fail("wrong length");
  if (work_.text.upload_bytes > 0 &&
      answer.received != static_cast<std::int64_t>(work_.text.upload_bytes)) {
    return fail("upload arrived incomplete");
  }
  const std::string_view complaint = complaint_about_server(answer);
  if (!complaint.empty()) return fail(std::string(complaint));
  body_left_ = work_.expected_bytes;
  phase_ = Phase::body;
}

std::string_view HttpSession::complaint_about_server(const Answer& answer) {
  if (work_.keys != nullptr) {
    if (!answer.cookie.empty()) return "a persistence cookie beside a key";
    return work_.keys->belongs_to(key_, answer.served_by) ? "" : "another server than the key's";
  }
  if (work_.sessionless) return answer.cookie.empty() ? "" : "a persistence cookie for nobody";
  if (!answer.cookie.empty()) {
    cookie_ = answer.cookie;
    request_.clear();
  }
  if (cookie_.empty()) return "no persistence cookie";
  return server_of(cookie_) == answer.served_by ? "" : "another server than the cookie's";
}

void HttpSession::receive_body() {
  while (phase_ == Phase::body) {
    const Io io = connection_->skip(body_left_);
    if (io.status == IoStatus::blocked) return;
    if (io.status == IoStatus::ended) return fail("closed within the body");
    body_arrived(io.bytes);
  }
}

void HttpSession::body_arrived(std::uint64_t bytes) {
  if (bytes > body_left_) return fail("more bytes than announced");
  body_left_ -= bytes;
  tally_.move(bytes);
  if (body_left_ > 0) return;
  if (!work_.text.close) return finish();
  phase_ = Phase::ending;
}

void HttpSession::receive_end() {
  const Io io = connection_->skip(1);
  if (io.status == IoStatus::blocked) return;
  if (io.status == IoStatus::moved) return fail("more bytes than announced");
  if (work_.resume) session_ = connection_->session();
  finish();
}

// A TLS ticket may come late; anything else is the proxy's mistake. The pacer knows us as idle
// already and the next start connects anew.
void HttpSession::receive_while_idle() {
  if (connection_->skip(1).status == IoStatus::blocked) return;
  tally_.fail("closed or spoken to while idle");
  connection_.reset();
}

// Last thing of a turn: may begin the next request.
void HttpSession::finish() {
  tally_.succeed(Clock::now() - intended_);
  phase_ = Phase::idle;
  if (work_.text.close) connection_.reset();
  pacer_.idle(*this);
}

void HttpSession::fail(const std::string& why) {
  tally_.fail(why);
  phase_ = Phase::idle;
  connection_.reset();
  session_.reset();
  pacer_.idle(*this);
}

}  // namespace stickler::bench
