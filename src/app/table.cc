// SPDX-License-Identifier: MIT
#include "app/table.h"

#include <algorithm>
#include <string_view>

namespace stickler::app {
namespace {

using Cut = TableColumn::Cut;

constexpr std::size_t kGap = 2;
constexpr std::size_t kGoodLast = 24;   // of a last column that is cut, while others may be
constexpr std::size_t kLeastLast = 10;  // when they no longer may
constexpr std::size_t kLeastCut = 18;   // of these
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

// So many characters of its beginning, or of its end.
std::string_view first_of(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if (!continues(text[end]) && count-- == 0) break;
  }
  return text.substr(0, end);
}

std::string_view last_of(std::string_view text, std::size_t count) {
  return text.substr(first_of(text, width_of(text) - count).size());
}

std::string cut(std::string_view text, std::size_t width, Cut what) {
  if (width_of(text) <= width) return std::string(text);
  const std::size_t left = width - 1;
  std::size_t end = 0;  // so much of it is kept
  if (what == Cut::beginning) end = left;
  if (what == Cut::middle) end = left / 2;
  return std::string(first_of(text, left - end)).append(kEllipsis).append(last_of(text, end));
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
    const bool others =
        std::ranges::any_of(shown_, [&](const Shown& each) { return may_be_cut(table, each); });
    narrow(shown_.back(), others ? kGoodLast : kLeastLast, width);
    // A place's file is known better than what stands there.
    for (const Cut cut : {Cut::beginning, Cut::middle}) {
      for (Shown& each : shown_) {
        if (table.columns[each.column].cut == cut) narrow(each, kLeastCut, width);
      }
    }
    narrow(shown_.back(), kLeastLast, width);
  }

  bool may_be_cut(const Table& table, const Shown& shown) const {
    return table.columns[shown.column].cut != Cut::nothing;
  }

  // As far as it has to be for the table to be as wide as that, but no further than `least`.
  void narrow(Shown& shown, std::size_t least, std::size_t width) const {
    const std::size_t too_much = total() - std::min(total(), width);
    shown.width =
        std::max(std::min(shown.width, least), shown.width - std::min(shown.width, too_much));
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
      const std::string cell =
          aligned(cut(cell_of(column), width, clean.columns[column].cut), width, right, last);
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

std::string wrapped(std::string_view sentence, std::size_t width) {
  constexpr std::string_view kIndent = "  ";
  std::string text;
  std::size_t column = 0;
  const std::string clean = harmless(sentence);
  std::string_view rest = clean;
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    const std::size_t size = width_of(word);
    if (width != 0 && column > 0 && column + 1 + size > width) {
      text.append("\n").append(kIndent);
      column = kIndent.size();
    } else if (column > 0) {
      text += ' ';
      ++column;
    }
    text += word;
    column += size;
  }
  return text + "\n";
}

}  // namespace stickler::app
