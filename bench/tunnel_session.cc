// SPDX-License-Identifier: MIT
#include "tunnel_session.h"

#include <algorithm>
#include <cstring>

#include "http_text.h"

namespace stickler::bench {
namespace {

constexpr std::size_t kHeadMost = 16 * 1024;

std::array<char, kMessageBytes> message(std::uint64_t id, std::uint64_t sequence) {
  std::array<char, kMessageBytes> bytes{};
  std::memcpy(bytes.data(), &id, sizeof id);
  std::memcpy(bytes.data() + sizeof id, &sequence, sizeof sequence);
  return bytes;
}

}  // namespace

void TunnelSession::start(Clock::time_point intended) {
  intended_ = intended;
  if (phase_ == Phase::lost) return;
  if (connection_) return send_message();
  connection_.emplace(epoll_, *this, target_, nullptr);
}

void TunnelSession::on_ready(std::uint32_t /*events*/) {
  const IoStatus status = connection_->begin_turn();
  if (status == IoStatus::blocked) return;
  if (status == IoStatus::ended) return lose("cannot connect");
  switch (phase_) {
    case Phase::connecting:
      return send_upgrade();
    case Phase::upgrading:
      return receive_upgrade();
    case Phase::open:
      return receive_echo();
    case Phase::lost:
      return;
  }
}

void TunnelSession::send_upgrade() {
  const std::string head = write_upgrade("");
  if (connection_->write(head.data(), head.size()).bytes != head.size()) {
    return lose("cannot send the upgrade");
  }
  phase_ = Phase::upgrading;
}

void TunnelSession::receive_upgrade() {
  const Io io = connection_->read(scratch().data, kHeadMost);
  if (io.status == IoStatus::blocked) return;
  if (io.status == IoStatus::ended) return lose("closed before the 101");
  received_.append(scratch().data, io.bytes);
  const std::size_t end = received_.find("\r\n\r\n");
  if (end == std::string::npos) return;
  const Answer answer = read_answer(std::string_view(received_).substr(0, end + 4));
  if (answer.status != 101) return lose("status " + std::to_string(answer.status) + " for 101");
  if (answer.accept != kWebSocketAccept) return lose("wrong Sec-WebSocket-Accept");
  if (answer.served_by.empty() || server_of(answer.cookie) != answer.served_by) {
    return lose("another server than the cookie's");
  }
  if (received_.size() != end + 4) return lose("bytes nobody sent");
  received_ = {};
  phase_ = Phase::open;
  send_message();
}

void TunnelSession::send_message() {
  std::array<char, kClientFrameBytes> frame;
  const auto payload = message(id_, ++sequence_);
  std::copy(payload.begin(), payload.end(), std::ranges::copy(kClientFrame, frame.begin()).out);
  if (connection_->write(frame.data(), frame.size()).bytes != frame.size()) {
    return lose("cannot send a message");
  }
  awaiting_echo_ = true;
}

void TunnelSession::receive_echo() {
  const Io io = connection_->read(scratch().data, kHeadMost);
  if (io.status == IoStatus::blocked) return;
  if (io.status == IoStatus::ended) return lose("tunnel closed");
  received_.append(scratch().data, io.bytes);
  if (received_.size() < kServerFrameBytes) return;
  const auto payload = message(id_, sequence_);
  const std::string_view echo = std::string_view(received_).substr(kServerFrame.size());
  if (!awaiting_echo_ || echo != std::string_view(payload.data(), payload.size())) {
    return lose("wrong echo");
  }
  received_.clear();
  awaiting_echo_ = false;
  tally_.move(kMessageBytes);
  tally_.succeed(Clock::now() - intended_);
  pacer_.idle(*this);
}

void TunnelSession::lose(const std::string& why) {
  tally_.fail(why);
  connection_.reset();
  const bool idle_already = phase_ == Phase::open && !awaiting_echo_;
  phase_ = Phase::lost;
  if (!idle_already) pacer_.idle(*this);
}

}  // namespace stickler::bench
