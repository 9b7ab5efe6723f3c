// SPDX-License-Identifier: MIT
// Judges a server's answer to an HTTP health check as it arrives: by its status, and by a text that
// its body must hold. Pure: bytes in, judgement out; knows no socket and no time. RFC 9112 framing.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "config/config.h"
#include "http/body_reader.h"
#include "http/http1_parser.h"

namespace stickler::backend {

struct Judgement {
  bool passed = false;
  unsigned status = 0;  // 0: none could be read
  std::string fault;    // beside an unexpected status; "" : none
};

class CheckAnswer {
 public:
  // The settings outlive this object.
  explicit CheckAnswer(const config::Check& settings);

  // Takes what was received. The judgement, as soon as no further byte can change it.
  std::optional<Judgement> received(std::string_view bytes);
  // The server has finished sending, or has reset the connection.
  Judgement ended();

  // Anything has been received.
  bool begun() const { return begun_; }

 private:
  std::optional<Judgement> judge_head();
  std::optional<Judgement> judge_body();
  Judgement failed(std::string fault) const;

  const config::Check& settings_;
  const http::Method method_;
  http::ResponseParser parser_;
  http::BodyReader framing_;
  std::string input_;  // received and not yet understood
  std::string body_;
  unsigned status_ = 0;   // once the head has been read
  unsigned interim_ = 0;  // heads before the final one
  bool begun_ = false;
};

}  // namespace stickler::backend
