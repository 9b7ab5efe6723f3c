// SPDX-License-Identifier: MIT
// The reload: everything that can fail is done first, on the side; then the workers go over to the
// new snapshot one after the other, without a moment in which nobody listens.
//
//   child check ─► load ─► snapshot ─► bind what is new ─► workers adopt ─► health checks go on
//        └───────────┴─────────┴───────────────┴── fails: nothing was changed
#include <chrono>

#include "app/child_check.h"
#include "app/command_check.h"
#include "app/load_config.h"
#include "app/program.h"
#include "base/log.h"

namespace stickler::app {
namespace {

using observe::ReloadResult;

std::string joined(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences) text += (text.empty() ? "" : "; ") + sentence;
  return text;
}

}  // namespace

net::Task<ReloadResult> Program::reload(MovedKeys moved) {
  // Over in a moment.
  net::Notice never;
  while (adopting_nodes_) co_await never.wait(kMoment);
  if (reloading_) co_return ReloadResult{false, "another reload is under way"};
  if (stopping_) co_return ReloadResult{false, "the program is about to end"};
  reloading_ = true;
  manager_.reloading();
  ReloadResult result = co_await try_reload(moved);
  reloading_ = false;
  reloaded_.announce();
  manager_.ready(what_serves() + (result.ok ? "" : "; the last reload failed, see the log"));
  last_reload_ = {loop_.wall_now(), result.ok, result.text};
  if (result.ok) {
    log_info("{}", result.text);
    note(observe::Event::Weight::info, result.text);
  } else {
    const std::string text = "not reloaded, nothing was changed: " + result.text;
    log_error("{}", text);
    note(observe::Event::Weight::error, text);
  }
  co_return result;
}

net::Task<ReloadResult> Program::try_reload(MovedKeys moved) {
  if (files_.empty()) co_return ReloadResult{false, "this configuration does not come from a file"};
  const auto began = std::chrono::steady_clock::now();
  std::optional<std::string> error = co_await check_in_child(files_);
  if (error) co_return ReloadResult{false, *error};
  const bool held = !what_is_held().empty();
  config::LoadResult loaded;
  error = prepare_reload(loaded, moved);
  if (error) co_return ReloadResult{false, *error};
  const std::string changed = what_changed(loaded);
  admin_.follow_file(config(), *next_->config);
  co_await put_in_force();
  loaded_ = std::move(loaded);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  std::string text = fmt::format("reloaded in {} ms: {}", took.count(), changed);
  if (held && moved == MovedKeys::allow) text += "; keys that were held are served again";
  co_return ReloadResult{true, text + what_is_held()};
}

// All that can fail.
std::optional<std::string> Program::prepare_reload(config::LoadResult& loaded, MovedKeys moved) {
  loaded = load_config(files_);
  if (loaded.config == nullptr) return report_for_people(loaded, false);
  for (const std::string& change : config::changes(loaded_.written, loaded.written)) {
    if (!change.starts_with("clusters")) continue;
    return "clusters change by a restart only: " + change;
  }
  if (loaded.config->listeners.empty()) return "the file has no listeners";
  auto snapshot = proxy::Snapshot::build(clusters_.with_nodes(loaded.config), snapshot_.get());
  if (!snapshot) return snapshot.error();
  if (auto error = hold_moved_keys(**snapshot, moved)) return error;
  auto log = open_next_log(loaded.config->log);
  if (!log) return log.error();
  auto sockets = bind(**snapshot, snapshot_.get());
  if (!sockets) return sockets.error();
  next_ = std::move(*snapshot);
  added_ = std::move(*sockets);
  next_log_ = std::move(*log);
  return std::nullopt;
}

// Nothing if the log stays as it is.
Result<observe::OpenedLog, std::string> Program::open_next_log(const config::Log& log) const {
  if (log == config().log) return observe::OpenedLog{};
  return observe::open_log_output(log);
}

net::Task<> Program::put_in_force() {
  next_->take_force();
  shared_tables_->follow(*next_->config);
  const config::Log& log = next_->config->log;
  if (log != config().log) access_log_->change(log, std::move(next_log_));
  workers_adopted_ = 0;
  auto on_adopted = [this] { loop_.post([this] { one_worker_adopted(); }); };
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    workers_[i]->adopt(next_, std::move(added_[i]), on_adopted);
  }
  while (workers_adopted_ < workers_.size()) co_await all_adopted_.wait(kNoLimit);
  added_.clear();
  monitor_->stop();
  co_await monitor_->stopped(kMonitorStops);
  // The monitor before still speaks of the snapshot before: both go together.
  const std::shared_ptr<const proxy::Snapshot> before = std::exchange(snapshot_, std::move(next_));
  start_monitor();
}

void Program::one_worker_adopted() {
  if (++workers_adopted_ == workers_.size()) all_adopted_.announce();
}

std::string Program::what_changed(const config::LoadResult& loaded) const {
  std::vector<std::string> changes = config::changes(loaded_.written, loaded.written);
  if (changes.empty())
    changes.push_back("no setting has changed; certificates, passwords and pages were read again");
  const config::Process& now = loaded.config->process;
  const config::Process& before = config().process;
  if (now.workers != before.workers || now.user != before.user || now.group != before.group) {
    changes.push_back("process.workers, user and group take effect after a restart only");
  }
  if (loaded.config->runtime.socket != config().runtime.socket) {
    changes.push_back("runtime.socket takes effect after a restart only");
  }
  return joined(changes);
}

}  // namespace stickler::app
