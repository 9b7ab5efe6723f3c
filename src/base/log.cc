// SPDX-License-Identifier: MIT
#include "base/log.h"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <memory>

namespace stickler {
namespace {

constexpr std::size_t kQueuedLines = 8192;

}  // namespace

void start_log(spdlog::level::level_enum level) {
  spdlog::init_thread_pool(kQueuedLines, 1);
  auto sink = std::make_shared<spdlog::sinks::stdout_sink_mt>();
  auto logger =
      std::make_shared<spdlog::async_logger>("stickler", std::move(sink), spdlog::thread_pool(),
                                             spdlog::async_overflow_policy::overrun_oldest);
  logger->set_level(level);
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l: %v");
  logger->flush_on(spdlog::level::debug);
  spdlog::set_default_logger(std::move(logger));
}

void stop_log() { spdlog::shutdown(); }

}  // namespace stickler
