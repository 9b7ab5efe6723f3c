// SPDX-License-Identifier: MIT
// A connection to one of the demo's servers: HTTP/1.1 as simply as it can be served (RFC 9112), one
// request after the other. Knows nothing of what is asked. The demo servers' thread.
#pragma once

#include <functional>

#include "app/demo_editor.h"
#include "base/intrusive_list.h"
#include "http/http1_parser.h"
#include "net/plain_stream.h"
#include "net/read_buffer.h"
#include "net/socket.h"
#include "net/task.h"

namespace stickler::app {

class DemoConnection : public ListMember<DemoConnection> {
 public:
  using OnSwitch = std::function<void(DemoSwitch)>;

  // Both references outlive this object.
  DemoConnection(net::Socket socket, DemoEditor& editor, const OnSwitch& on_switch);

  // Until the client has enough, or is silent for too long, or cut() is called.
  net::Task<> serve();
  // Now, or as soon as the reply under way has been sent.
  void cut();

 private:
  net::Task<bool> read_request();
  net::Task<bool> read_body(http::BodyFraming framing);
  net::Task<bool> read_more();
  net::Task<bool> send(const DemoReply& reply);

  net::PlainStream stream_;
  DemoEditor& editor_;
  const OnSwitch& on_switch_;
  net::ReadBuffer input_;
  http::RequestParser parser_;
  DemoRequest request_;
  bool keep_alive_ = true;
  bool answering_ = false;
};

}  // namespace stickler::app
