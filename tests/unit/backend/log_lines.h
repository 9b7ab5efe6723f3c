// SPDX-License-Identifier: MIT
// Catches what the program logs while this object lives: "level: sentence".
#pragma once

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace stickler::test {

class LogLines {
 public:
  LogLines() : before_(spdlog::default_logger()) {
    auto sink = std::make_shared<Sink>(*this);
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", std::move(sink)));
  }
  ~LogLines() { spdlog::set_default_logger(before_); }

  const std::vector<std::string>& all() const { return lines_; }
  std::vector<std::string> with(std::string_view part) const {
    std::vector<std::string> found;
    for (const std::string& line : lines_) {
      if (line.find(part) != std::string::npos) found.push_back(line);
    }
    return found;
  }
  // Called after each line, on the thread that logs it.
  void on_line(std::function<void()> hook) { hook_ = std::move(hook); }

 private:
  class Sink : public spdlog::sinks::base_sink<std::mutex> {
   public:
    explicit Sink(LogLines& lines) : lines_(lines) {}

   private:
    void sink_it_(const spdlog::details::log_msg& message) override {
      lines_.lines_.push_back(std::string(spdlog::level::to_string_view(message.level).data()) +
                              ": " + std::string(message.payload.data(), message.payload.size()));
      if (lines_.hook_) lines_.hook_();
    }
    void flush_() override {}
    LogLines& lines_;
  };

  std::shared_ptr<spdlog::logger> before_;
  std::vector<std::string> lines_;
  std::function<void()> hook_;
};

}  // namespace stickler::test
