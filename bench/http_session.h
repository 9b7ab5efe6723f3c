// SPDX-License-Identifier: MIT
// One client that sends requests, on a kept connection or on a new one each, and believes nothing:
// status, length and server of each answer are checked. Keeps its cookie as a browser does, or,
// with keys, knows which server each belongs to.
#pragma once

#include <optional>
#include <string>

#include "connection.h"
#include "http_text.h"
#include "keys.h"
#include "measure.h"
#include "pacer.h"

namespace stickler::bench {

struct HttpWork {
  RequestText text;
  std::uint64_t expected_bytes = 128;  // body of the answer
  bool resume = false;                 // TLS: each connection but the first resumes the one before
  Keys* keys = nullptr;                // one in each request, where the path has room for it last
  bool keys_in_turn = false;           // or at random
  bool sessionless = false;            // answers have no persistence cookie
};

class HttpSession final : public Session {
 public:
  // `seed`: of the keys that it takes at random.
  HttpSession(Epoll& epoll, Pacer& pacer, Tally& tally, const Target& target, const HttpWork& work,
              std::uint64_t seed)
      : epoll_(epoll), pacer_(pacer), tally_(tally), target_(target), work_(work), random_(seed) {}

  void start(Clock::time_point intended) override;
  void on_ready(std::uint32_t events) override;

 private:
  //  idle -> sending -> head -> body -> (ending: the proxy closes) -> idle
  enum class Phase { idle, sending, head, body, ending };

  void take_key();
  void send_more();
  IoStatus send_part();
  void receive_more();
  void receive_head();
  void receive_body();
  void receive_end();
  void receive_while_idle();
  void check_head(std::string_view head);
  std::string_view complaint_about_server(const Answer& answer);
  void body_arrived(std::uint64_t bytes);
  void finish();
  void fail(const std::string& why);

  Epoll& epoll_;
  Pacer& pacer_;
  Tally& tally_;
  const Target& target_;
  const HttpWork& work_;
  std::optional<Connection> connection_;
  SslSession session_;  // to resume
  Phase phase_ = Phase::idle;
  Clock::time_point intended_;
  std::uint64_t random_;
  std::size_t key_ = 0;
  std::string cookie_;
  std::string request_;  // written anew only when the cookie changes
  std::string head_;
  std::uint64_t head_sent_ = 0;
  std::uint64_t upload_left_ = 0;
  std::uint64_t body_left_ = 0;
};

}  // namespace stickler::bench
