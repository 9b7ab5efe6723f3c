// SPDX-License-Identifier: MIT
#include "net/event_loop.h"

#include <event2/event.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "base/assert.h"
#include "net/buffer_pool.h"
#include "net/frame_pool.h"

namespace stickler::net {
namespace {

event_base* make_base() {
  event_config* config = event_config_new();
  ASSERT(config != nullptr);
  // One thread per base, so no locks.
  event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
  // Edge-triggered, which only epoll offers.
  event_config_require_features(config, EV_FEATURE_ET | EV_FEATURE_O1);
  event_base* base = event_base_new_with_config(config);
  event_config_free(config);
  ASSERT(base != nullptr);
  return base;
}

constexpr Duration kTendEvery = std::chrono::seconds(1);

}  // namespace

void EventLoop::FreeBase::operator()(event_base* base) const { event_base_free(base); }
void EventLoop::FreeEvent::operator()(event* event) const { event_free(event); }

constinit thread_local EventLoop* EventLoop::current_ = nullptr;

EventLoop::EventLoop(Adopt adopt)
    : base_(make_base()), posted_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  ASSERT(posted_fd_);
  if (adopt == Adopt::now) adopt_thread();
  posted_event_.reset(
      event_new(base_.get(), posted_fd_.get(), EV_READ | EV_PERSIST, &EventLoop::on_posted, this));
  event_add(posted_event_.get(), nullptr);
  tick_.reset(event_new(base_.get(), -1, 0, &EventLoop::on_tick, this));
  read_clocks();
}

EventLoop::~EventLoop() {
  if (current_ == this) current_ = nullptr;
}

void EventLoop::adopt_thread() {
  ASSERT(current_ == nullptr);
  current_ = this;
}

void EventLoop::run() {
  stopping_.store(false, std::memory_order_relaxed);
  while (!stopping_.load(std::memory_order_relaxed)) turn();
}

void EventLoop::turn() {
  set_tick();
  const bool idle = ready_.empty();
  event_base_loop(base_.get(), idle ? EVLOOP_ONCE : EVLOOP_NONBLOCK);
  read_clocks();
  run_posted();
  deadlines_.expire(now_);
  ready_.run_turn();
  if (now_ - tended_ >= kTendEvery) tend();
}

// A crowd leaves no memory behind, and a busy worker keeps what it uses.
void EventLoop::tend() {
  tended_ = now_;
  BufferPool::local().free_unneeded();
  free_unneeded_frames();
}

void EventLoop::stop() {
  post([this] { stopping_.store(true, std::memory_order_relaxed); });
}

void EventLoop::post(std::function<void()> function) {
  {
    std::lock_guard lock(posted_mutex_);
    posted_.push_back(std::move(function));
  }
  if (posted_pending_.exchange(true, std::memory_order_acq_rel)) return;
  eventfd_write(posted_fd_.get(), 1);
}

void EventLoop::on_posted(int fd, short, void*) {
  eventfd_t ignored = 0;
  eventfd_read(fd, &ignored);
}

void EventLoop::run_posted() {
  if (!posted_pending_.exchange(false, std::memory_order_acq_rel)) return;
  std::vector<std::function<void()>> functions;
  {
    std::lock_guard lock(posted_mutex_);
    functions.swap(posted_);
  }
  for (auto& function : functions) function();
}

void EventLoop::on_tick(int, short, void* self) {
  static_cast<EventLoop*>(self)->tick_at_ = TimePoint::max();
}

// The tick is moved forward only when a wait ends sooner than it; a tick that finds nothing expired
// just sets the next. So a busy loop touches libevent's timers once per shortest limit.
void EventLoop::set_tick() {
  TimePoint next = deadlines_.next();
  if (next >= tick_at_) return;
  tick_at_ = next;
  // A limit is over when it has passed wholly: round up to libevent's millisecond.
  auto wait = std::max(next - now_, Duration{0}) + std::chrono::milliseconds(1);
  timeval delay{};
  delay.tv_sec = static_cast<time_t>(wait.count() / 1'000'000);
  delay.tv_usec = static_cast<suseconds_t>(wait.count() % 1'000'000);
  event_add(tick_.get(), &delay);
}

void EventLoop::cut_all_sockets() {
  // Refused, and so of no consequence, for what is no socket: the tick and the eventfd.
  const auto cut = [](const event_base*, const event* each, void*) {
    ::shutdown(event_get_fd(each), SHUT_RDWR);
    return 0;
  };
  event_base_foreach_event(base_.get(), cut, nullptr);
}

void EventLoop::read_clocks() {
  now_ = std::chrono::time_point_cast<Duration>(Clock::now());
  wall_now_ = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

}  // namespace stickler::net
