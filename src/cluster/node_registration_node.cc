// SPDX-License-Identifier: MIT
// What is done with the node itself: it is asked how it is, and stopped.
#include <algorithm>
#include <utility>

#include "backend/check_pace.h"
#include "backend/name_lookup.h"
#include "cluster/node_registration.h"
#include "net/address.h"

namespace stickler::cluster {
namespace {

using balance::BootClock;

// Between two tries of the stop command: longer each time.
constexpr Duration kFirstStopPause = std::chrono::seconds(1);
constexpr Duration kLongestStopPause = std::chrono::seconds(30);

}  // namespace

// What was found before the node was stopped says nothing of it afterwards.
net::Task<> NodeRegistration::watch() {
  while (!ending_) {
    const unsigned stops = stops_;
    backend::CheckVerdict verdict = co_await check();
    if (ending_) break;
    if (stops == stops_) {
      verdict_ = verdict.text;
      rules_.checked(verdict.passed, BootClock::now());
      follow();
    }
    co_await check_due_.wait(backend::pause_after_check(node_.check, rules_.health()));
  }
}

net::Task<backend::CheckVerdict> NodeRegistration::check() {
  net::HostPort name;
  name.host = local_url_.host;
  name.port = local_url_.port;
  backend::Resolution found =
      co_await backend::look_up(std::move(name), node_.check.timeout, &looking_up_);
  if (!found.addresses.empty()) {
    const net::Address address = found.addresses.front();
    co_return co_await check_.run(address);
  }
  backend::CheckVerdict verdict;
  verdict.text = "'" + local_url_.host + "': " + found.error;
  co_return verdict;
}

net::Task<> NodeRegistration::mind_stopping() {
  Duration pause = kFirstStopPause;
  while (!ending_) {
    if (!rules_.wants_stop()) {
      co_await stop_due_.wait(kNoLimit);
      continue;
    }
    bool stopped = co_await stop_node();
    if (stopped) pause = kFirstStopPause;
    if (stopped || ending_) continue;
    co_await stop_due_.wait(pause);
    pause = std::min(pause * 2, kLongestStopPause);
  }
}

// Without a command an administrator has been told to do it.
net::Task<bool> NodeRegistration::stop_node() {
  rules_.stop_begun();
  CommandEnd end;
  end.succeeded = node_.stop.empty();
  if (!node_.stop.empty()) {
    std::string command = node_.stop;
    command_runs_ = true;
    end = co_await command_.run(std::move(command), node_.stop_timeout);
    command_runs_ = false;
  }
  if (end.left) co_return false;
  if (!end.succeeded) {
    const char* const then = rules_.may_have_key() ? "its key is kept, and " : "";
    say(Weight::error, "the stop command " + end.text + ": " + then + "it is tried again");
  } else if (rules_.stage() == Stage::lost && BootClock::now() - lost_at_ > cluster_.grace) {
    say(Weight::error, "it was stopped later than " + format_duration(cluster_.grace) +
                           " after its key was lost: what it wrote since may have been another's");
  }
  if (end.succeeded) ++stops_;
  rules_.stop_ended(end.succeeded);
  follow();
  co_return end.succeeded;
}

}  // namespace stickler::cluster
