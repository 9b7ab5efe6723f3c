// SPDX-License-Identifier: MIT
// An HTTP/1.1 answer as it comes in: its status, then its body piece by piece, for a program that
// asks on its own behalf. Interim answers are passed over. Pure.
#pragma once

#include <string>
#include <string_view>

#include "http/body_reader.h"
#include "http/http1_parser.h"

namespace stickler::backend {

class HttpAnswerReader {
 public:
  explicit HttpAnswerReader(http::Method method) : method_(method), parser_(http::HeadLimits{}) {}

  // False: malformed, see fault().
  bool received(std::string_view bytes);
  // The peer has finished sending; false if that cuts the answer short, see fault().
  bool peer_finished();

  bool begun() const { return begun_; }        // any byte has come
  unsigned status() const { return status_; }  // 0 before the head is complete
  // What has come of the body since the last call.
  std::string take_body();
  bool ended() const { return status_ != 0 && framing_.ended(); }
  // Another request may follow.
  bool keeps_alive() const { return ended() && keeps_alive_ && input_.empty(); }
  const std::string& fault() const { return fault_; }

 private:
  bool read_head();
  bool read_body();
  bool failed(std::string fault);

  http::Method method_;
  http::ResponseParser parser_;
  http::BodyReader framing_;
  std::string input_;  // not yet understood
  std::string body_;
  std::string fault_;
  unsigned status_ = 0;
  unsigned interim_ = 0;
  bool begun_ = false;
  bool keeps_alive_ = false;
};

}  // namespace stickler::backend
