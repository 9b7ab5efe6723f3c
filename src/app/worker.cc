// SPDX-License-Identifier: MIT
#include "app/worker.h"

#include <cstdlib>
#include <latch>
#include <optional>

#include "base/assert.h"
#include "base/log.h"
#include "net/event_loop.h"
#include "net/splice_pipe.h"
#include "net/task_group.h"
#include "proxy/service.h"

namespace stickler::app {
namespace {

// How long cut connections may take to notice it.
constexpr Duration kLastGasp = std::chrono::seconds(5);

}  // namespace

// What lives on the worker's thread; made there and ended there.
class Worker::Life {
 public:
  Life(std::vector<BoundSocket> sockets, std::shared_ptr<const proxy::Snapshot> snapshot,
       proxy::ConnectionBudget& budget, proxy::RecordSink& sink, proxy::LocalPages& pages)
      : sockets_(std::move(sockets)),
        first_(std::move(snapshot)),
        budget_(budget),
        sink_(sink),
        pages_(pages) {}

  void run();
  void await_start() const { started_.wait(); }
  void adopt(std::shared_ptr<const proxy::Snapshot> snapshot, std::vector<BoundSocket> added,
             std::function<void()> on_adopted);
  void stop(Duration limit, std::function<void()> on_closed) {
    on_closed_ = std::move(on_closed);
    loop_.post([this, limit] { ending_.start(shut_down(limit)); });
  }
  void post(std::function<void(proxy::Service&)> task) {
    loop_.post([this, task = std::move(task)] { task(*service_); });
  }
  void cut() {
    loop_.post([this] { loop_.cut_all_sockets(); });
  }
  Pulse& pulse() { return pulse_; }

 private:
  net::Task<> shut_down(Duration limit);
  void listen(std::vector<BoundSocket> sockets);
  void keep_listening();

  std::vector<BoundSocket> sockets_;
  std::shared_ptr<const proxy::Snapshot> first_;
  proxy::ConnectionBudget& budget_;
  proxy::RecordSink& sink_;
  proxy::LocalPages& pages_;
  net::EventLoop loop_{net::EventLoop::Adopt::later};
  Pulse pulse_{loop_};
  net::TaskGroup clients_;
  net::TaskGroup accepting_;
  net::TaskGroup ending_;
  std::function<void()> on_closed_;
  std::optional<proxy::Service> service_;
  struct Listening {
    std::string bind;
    std::unique_ptr<proxy::Listener> listener;
  };
  std::vector<Listening> listening_;
  std::latch started_{1};
};

void Worker::Life::run() {
  loop_.adopt_thread();
  net::SplicePipe::local();  // now, while there are descriptors
  service_.emplace(std::move(first_), sink_, &pages_);
  service_->count_connections_by(budget_.count);
  listen(std::move(sockets_));
  started_.count_down();
  loop_.run();
  pulse_.end();
  if (clients_.running() > 0) {
    // Their memory cannot be given back while they wait, and nobody will wake them any more.
    log_error("{} connections did not end; the process does", clients_.running());
    stop_log();
    std::_Exit(EXIT_FAILURE);
  }
  listening_.clear();
  service_.reset();
}

void Worker::Life::listen(std::vector<BoundSocket> sockets) {
  for (BoundSocket& socket : sockets) {
    const auto* rules = service_->generation()->snapshot().rules_at(socket.bind);
    ASSERT(rules != nullptr);
    auto listener = std::make_unique<proxy::Listener>(std::move(socket.fd), *rules, budget_,
                                                      clients_, *service_);
    accepting_.start(listener->run());
    listening_.push_back({std::move(socket.bind), std::move(listener)});
  }
}

void Worker::Life::adopt(std::shared_ptr<const proxy::Snapshot> snapshot,
                         std::vector<BoundSocket> added, std::function<void()> on_adopted) {
  // std::function must be copyable, and descriptors are not.
  auto sockets = std::make_shared<std::vector<BoundSocket>>(std::move(added));
  loop_.post(
      [this, snapshot = std::move(snapshot), sockets, done = std::move(on_adopted)]() mutable {
        service_->adopt(std::move(snapshot));
        listen(std::move(*sockets));
        keep_listening();
        done();
      });
}

// Each socket that stays goes by its listener's new rules; the others stop.
void Worker::Life::keep_listening() {
  std::erase_if(listening_, [](const Listening& each) { return each.listener->ended(); });
  for (const Listening& each : listening_) {
    const auto* rules = service_->generation()->snapshot().rules_at(each.bind);
    if (rules != nullptr) {
      each.listener->adopt(*rules);
    } else {
      each.listener->stop();
    }
  }
}

net::Task<> Worker::Life::shut_down(Duration limit) {
  for (const Listening& each : listening_) each.listener->stop();
  service_->stop();
  co_await accepting_.all_ended(kNoLimit);
  on_closed_();
  net::Wake woke = co_await clients_.all_ended(limit);
  if (woke == net::Wake::timed_out) {
    log_warning("{} connections were still open after {}; they are cut now", clients_.running(),
                format_duration(limit));
    loop_.cut_all_sockets();
    co_await clients_.all_ended(kLastGasp);
  }
  loop_.stop();
}

Worker::Worker(std::vector<BoundSocket> sockets, std::shared_ptr<const proxy::Snapshot> snapshot,
               proxy::ConnectionBudget& budget, proxy::RecordSink& sink, proxy::LocalPages& pages,
               std::function<void()> on_ended)
    : life_(std::make_unique<Life>(std::move(sockets), std::move(snapshot), budget, sink, pages)),
      thread_([life = life_.get(), on_ended = std::move(on_ended)] {
        life->run();
        on_ended();
      }) {
  life_->await_start();
}

Worker::~Worker() { thread_.join(); }

void Worker::adopt(std::shared_ptr<const proxy::Snapshot> snapshot, std::vector<BoundSocket> added,
                   std::function<void()> on_adopted) {
  life_->adopt(std::move(snapshot), std::move(added), std::move(on_adopted));
}

void Worker::post(std::function<void(proxy::Service&)> task) { life_->post(std::move(task)); }

void Worker::stop(Duration limit, std::function<void()> on_closed) {
  life_->stop(limit, std::move(on_closed));
}

void Worker::cut() { life_->cut(); }

Pulse& Worker::pulse() { return life_->pulse(); }

}  // namespace stickler::app
