// SPDX-License-Identifier: MIT
// Access lines into a file, a pipe or whatever standard output is.
#pragma once

#include <string>

#include "net/fd.h"
#include "observe/log_output.h"

namespace stickler::observe {

class FileOutput final : public LogOutput {
  struct Private {};

 public:
  // Made, with mode 0640, if it is not there; appended to. Fails with a sentence.
  static Result<std::unique_ptr<LogOutput>, std::string> open(const std::string& path);
  // A descriptor that others use as well and that stays theirs, as standard output. When nobody is
  // left to read it, lines vanish.
  explicit FileOutput(int shared) : FileOutput(Private{}, net::Fd(), shared, "") {}

  FileOutput(Private, net::Fd own, int descriptor, std::string path);

  Duration write(std::string_view& messages) override;
  void reopen() override;

 private:
  Duration fail(std::string_view& messages, int error);

  net::Fd own_;
  int descriptor_;
  std::string path_;       // "" : shared
  std::size_t step_;       // bytes that go out at once
  std::size_t begun_ = 0;  // bytes of the first message that are out already
  bool complained_ = false;
};

}  // namespace stickler::observe
