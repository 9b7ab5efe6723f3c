// SPDX-License-Identifier: MIT
#include "app/table.h"

#include <algorithm>
#include <string_view>

namespace stickler::app {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kLeastLast = 10;  // of a last column that is cut
constexpr std::string_view kEllipsis = "…";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kPlain = "\x1b[0m";

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// Characters, each taken for one column of the terminal.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return !continues(c); }));
}

// U+0080 to U+009F are control characters, too.
std::string harmless(std::string_view text) {
  std::string clean;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const bool second = at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xa0;
    if (byte == 0xc2 && second) {
      clean += '?';
      ++at;
    } else {
      clean += byte < 0x20 || byte == 0x7f ? '?' : text[at];
    }
  }
  return clean;
}

std::string cut(std::string_view text, std::size_t width) {
  if (width_of(text) <= width) return std::string(text);
  std::size_t end = 0;
  for (std::size_t left = width - 1; end < text.size(); ++end) {
    if (!continues(text[end]) && left-- == 0) break;
  }
  return std::string(text.substr(0, end)).append(kEllipsis);
}

std::string_view colour_of(Tint tint) {
  switch (tint) {
    case Tint::good:
      return "\x1b[32m";
    case Tint::doubtful:
      return "\x1b[33m";
    case Tint::bad:
      return "\x1b[31m";
    case Tint::none:
      break;
  }
  return "";
}

// Which columns are shown, and how wide.
class Layout {
 public:
  Layout(const Table& table, std::size_t width) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      std::size_t widest = width_of(table.columns[i].title);
      for (const auto& row : table.rows) widest = std::max(widest, width_of(row[i].text));
      shown_.push_back({i, widest});
    }
    if (width != 0) fit(table, width);
  }

  struct Shown {
    std::size_t column;
    std::size_t width;
  };
  const std::vector<Shown>& shown() const { return shown_; }

 private:
  std::size_t total() const {
    std::size_t sum = 0;
    for (const Shown& each : shown_) sum += each.width + kGap;
    return sum - kGap;
  }

  void fit(const Table& table, std::size_t width) {
    for (std::size_t i = shown_.size(); i-- > 0 && total() > width;) {
      const auto at = shown_.begin() + static_cast<std::ptrdiff_t>(i);
      if (table.columns[at->column].may_go) shown_.erase(at);
    }
    if (total() <= width) return;
    const std::size_t too_much = total() - width;
    std::size_t& last = shown_.back().width;
    last = std::max(std::min(last, kLeastLast), last - std::min(last, too_much));
  }

  std::vector<Shown> shown_;
};

std::string aligned(std::string_view text, std::size_t width, bool right, bool last) {
  const std::string pad(width - std::min(width, width_of(text)), ' ');
  if (right) return pad + std::string(text);
  return std::string(text) + (last ? "" : pad);
}

std::string painted(std::string text, std::string_view colour) {
  return colour.empty() ? text : std::string(colour) + text + std::string(kPlain);
}

}  // namespace

std::string render(const Table& table, const TableLook& look) {
  Table clean = table;
  for (auto& row : clean.rows) {
    for (TableCell& cell : row) cell.text = harmless(cell.text);
  }
  const Layout layout(clean, look.width);
  std::string text;
  auto add_line = [&](auto cell_of, auto colour_for) {
    for (const auto& [column, width] : layout.shown()) {
      const bool last = column == layout.shown().back().column;
      const bool right = clean.columns[column].is_number;
      const std::string cell = aligned(cut(cell_of(column), width), width, right, last);
      text += painted(cell, look.colour ? colour_for(column) : std::string_view());
      text.append(last ? 0 : kGap, ' ');
    }
    text += '\n';
  };
  add_line([&](std::size_t i) { return clean.columns[i].title; },
           [](std::size_t) { return kBold; });
  for (const auto& row : clean.rows) {
    add_line([&](std::size_t i) { return row[i].text; },
             [&](std::size_t i) { return colour_of(row[i].tint); });
  }
  return text;
}

}  // namespace stickler::app
