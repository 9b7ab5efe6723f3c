// SPDX-License-Identifier: MIT
#include "config/error_page_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/strings.h"
#include "config/text_file.h"

namespace stickler::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestPage = 64 * 1024;
constexpr std::string_view kHtml = "text/html; charset=utf-8";
constexpr std::string_view kWholeAnswer = ".http";

struct PageType {
  std::string_view extension;
  std::string_view content_type;
};
constexpr std::array<PageType, 4> kTypes{{{".html", kHtml},
                                          {".htm", kHtml},
                                          {".txt", "text/plain; charset=utf-8"},
                                          {".json", "application/json"}}};

std::string_view type_of(const fs::path& file) {
  const std::string extension = lower_case(file.extension().string());
  auto known = std::ranges::find(kTypes, extension, &PageType::extension);
  return known == kTypes.end() ? std::string_view() : known->content_type;
}

std::optional<unsigned> parse_status(std::string_view text) {
  unsigned status = 0;
  auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), status);
  bool whole = text.size() == 3 && error == std::errc{} && stop == text.data() + text.size();
  return whole ? std::optional(status) : std::nullopt;
}

// ---- a whole answer ----

// Without its end, LF or CR LF.
std::string_view take_line(std::string_view& rest) {
  std::string_view line = take_until(rest, '\n');
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool is_visible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
}

// Stickler's own business, whatever the file says.
bool is_expected(std::string_view field) {
  constexpr std::array<std::string_view, 6> kFraming{
      "cache-control", "connection", "content-length", "date", "pragma", "server"};
  return std::ranges::find(kFraming, lower_case(field)) != kFraming.end();
}

// Nothing if the line is no field.
bool take_field(std::string_view line, ReadPage& read) {
  if (line.find(':') == std::string_view::npos) return false;
  const std::string_view name = take_until(line, ':');
  const std::string_view value = trim(line);
  if (equals_ignoring_case(name, "Content-Type")) {
    read.page.content_type = value;
    return is_visible(value);
  }
  if (read.unused.empty() && !is_expected(name)) {
    read.unused = "its field " + std::string(name);
  }
  return true;
}

Result<ReadPage, Complaint> read_whole_answer(std::string_view rest, unsigned status) {
  ReadPage read;
  std::string_view status_line = take_line(rest);
  take_until(status_line, ' ');
  const auto written = parse_status(take_until(status_line, ' '));
  if (!written) return Failed{Complaint{"begins with a status line that is none", ""}};
  if (*written != status) read.unused = "its status " + std::to_string(*written);
  while (true) {
    if (rest.empty()) {
      return Failed{Complaint{"has no empty line between its fields and its body", ""}};
    }
    const std::string_view line = take_line(rest);
    if (line.empty()) break;
    if (!take_field(line, read)) {
      return Failed{Complaint{"has a line among its fields that is none", ""}};
    }
  }
  if (read.page.content_type.empty()) read.page.content_type = kHtml;
  read.page.body = rest;
  return read;
}

}  // namespace

Result<ReadPage, Complaint> read_error_page(const fs::path& file, unsigned status) {
  auto text = read_text_file(file, kLargestPage);
  if (!text) return Failed{Complaint{"cannot be read: " + text.error(), ""}};
  Result<ReadPage, Complaint> read = ReadPage{};
  if (text->starts_with("HTTP/")) {
    read = read_whole_answer(*text, status);
    if (!read) return read;
  } else if (file.extension() == kWholeAnswer) {
    return Failed{Complaint{"does not begin with a status line", "name it .html if it is a page"}};
  } else if (const std::string_view type = type_of(file); !type.empty()) {
    if (text->empty()) return Failed{Complaint{"is empty", ""}};
    read->page.content_type = type;
    read->page.body = std::move(*text);
  } else {
    return Failed{Complaint{"has a name that does not say what it is",
                            "name it .html, .txt, .json or .http"}};
  }
  read->page.status = status;
  read->page.file = file.string();
  return read;
}

std::optional<unsigned> status_named(const fs::path& file) {
  if (type_of(file).empty() && file.extension() != kWholeAnswer) return std::nullopt;
  return parse_status(file.stem().string());
}

}  // namespace stickler::config
