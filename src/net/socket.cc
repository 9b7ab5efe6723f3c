// SPDX-License-Identifier: MIT
#include "net/socket.h"

#include <event2/event.h>
#include <poll.h>

#include "base/assert.h"
#include "net/event_loop.h"

namespace stickler::net {

Socket::Socket(Fd fd) : state_(std::make_unique<State>(std::move(fd))) {}

Socket::State::State(Fd descriptor) {
  event_assign(&event, EventLoop::current().base(), descriptor.release(),
               EV_READ | EV_WRITE | EV_CLOSED | EV_ET | EV_PERSIST, &State::on_event, this);
  event_add(&event, nullptr);
}

Socket::State::~State() {
  ASSERT(reader == nullptr && writer == nullptr);
  event_del(&event);
  Fd(event.ev_fd).reset();
}

void Socket::State::on_event(int, short what, void* self) {
  State& state = *static_cast<State*>(self);
  ReadyQueue& ready = EventLoop::current().ready();
  if ((what & EV_CLOSED) != 0) state.peer_closed = true;
  if ((what & (EV_READ | EV_CLOSED)) != 0) {
    state.read_ready = true;
    state.short_read = false;
    ready.wake_slot(state.reader, Wake::ready);
  }
  if ((what & EV_WRITE) != 0) {
    state.write_ready = true;
    ready.wake_slot(state.writer, Wake::ready);
  }
}

void Socket::cancel_read(Wake reason) {
  EventLoop::current().ready().wake_slot(state_->reader, reason);
}

void Socket::cancel_write(Wake reason) {
  EventLoop::current().ready().wake_slot(state_->writer, reason);
}

bool Socket::peer_gone() const {
  pollfd asked{};
  asked.fd = fd();
  if (::poll(&asked, 1, 0) <= 0) return false;
  return (asked.revents & (POLLERR | POLLHUP)) != 0;
}

}  // namespace stickler::net
