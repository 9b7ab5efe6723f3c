// SPDX-License-Identifier: MIT
#include "backend/http_answer.h"

#include <utility>

#include "backend/interim_answers.h"

namespace stickler::backend {

bool HttpAnswerReader::received(std::string_view bytes) {
  begun_ = true;
  input_ += bytes;
  return (status_ != 0 || read_head()) && read_body();
}

// False only for what is malformed: an incomplete head just leaves the status at 0.
bool HttpAnswerReader::read_head() {
  http::ParseStatus parsed = http::ParseStatus::incomplete;
  while ((parsed = parser_.parse(input_, method_)) == http::ParseStatus::complete) {
    const http::ResponseHead& head = parser_.head();
    const unsigned status = head.status;
    const http::BodyFraming framing = head.body;
    keeps_alive_ = head.keep_alive;
    input_.erase(0, parser_.head_size());
    parser_.reset();
    if (!is_interim(status)) {
      status_ = status;
      framing_.begin(framing);
      return true;
    }
    if (++interim_ > kInterimMax) return failed("too many interim answers");
  }
  if (parsed == http::ParseStatus::incomplete) return true;
  return failed(std::string("malformed answer: ") + parser_.error().what);
}

bool HttpAnswerReader::read_body() {
  if (status_ == 0) return true;
  const http::BodyReader::Step step = framing_.feed(input_.data(), input_.size());
  body_.append(input_, 0, step.payload);
  input_.erase(0, step.consumed);
  return !step.failed || failed(std::string("the body is malformed: ") + framing_.error());
}

bool HttpAnswerReader::peer_finished() {
  keeps_alive_ = false;
  if (status_ == 0) {
    return failed(begun_ ? "connection closed within the head of the answer"
                         : "connection closed without an answer");
  }
  return framing_.finish() || failed("the body was cut short");
}

std::string HttpAnswerReader::take_body() { return std::exchange(body_, {}); }

bool HttpAnswerReader::failed(std::string fault) {
  fault_ = std::move(fault);
  return false;
}

}  // namespace stickler::backend
