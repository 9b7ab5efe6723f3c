// SPDX-License-Identifier: MIT
// A directory that only this user can enter, gone with all that is in it when its owner is.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace stickler::app {

class TemporaryDirectory {
 public:
  // Under $TMPDIR or /tmp; a sentence if that fails.
  static Result<TemporaryDirectory, std::string> create();

  TemporaryDirectory(TemporaryDirectory&& other) noexcept
      : path_(std::exchange(other.path_, std::filesystem::path())) {}
  TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;
  ~TemporaryDirectory();

  std::filesystem::path file(std::string_view name) const { return path_ / name; }
  // A sentence if that fails.
  std::optional<std::string> write(std::string_view name, std::string_view content) const;

 private:
  explicit TemporaryDirectory(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
};

}  // namespace stickler::app
