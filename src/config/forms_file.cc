// SPDX-License-Identifier: MIT
#include <algorithm>
#include <charconv>

#include "base/strings.h"
#include "config/error_pages.h"
#include "config/forms.h"

namespace stickler::config {
namespace {

std::string known_statuses() {
  std::string list;
  for (unsigned status : kErrorStatuses) {
    list += (list.empty() ? "" : ", ") + std::to_string(status);
  }
  return list;
}

}  // namespace

std::optional<Complaint> check_file_path(std::string_view text) {
  if (text.starts_with('/')) return std::nullopt;
  return Complaint{"the path is not absolute, so it depends on where Stickler is started",
                   "begin it with '/'"};
}

std::optional<Complaint> check_error_status(unsigned status) {
  if (std::ranges::find(kErrorStatuses, status) != kErrorStatuses.end()) return std::nullopt;
  return Complaint{"Stickler never answers " + std::to_string(status) + " by itself",
                   "it answers " + known_statuses()};
}

std::optional<Complaint> check_error_file(std::string_view text) {
  const ErrorFile file = split_error_file(text);
  if (!file.status) return check_file_path(file.path);
  if (auto complaint = check_error_status(*file.status)) return complaint;
  return check_file_path(file.path);
}

ErrorFile split_error_file(std::string_view text) {
  std::string_view path = text;
  const std::string_view word = take_until(path, ' ');
  unsigned status = 0;
  auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), status);
  bool number = error == std::errc{} && stop == word.data() + word.size();
  if (!number) return {.status = std::nullopt, .path = std::string(text)};
  return {.status = status, .path = std::string(trim(path))};
}

}  // namespace stickler::config
