// SPDX-License-Identifier: MIT
// Tables for people at a terminal: aligned, as wide as the terminal. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stickler::app {

enum class Tint : std::uint8_t { none, good, doubtful, bad };

struct TableCell {
  std::string text;  // UTF-8; what would move the cursor is shown as '?'
  Tint tint = Tint::none;
};

struct TableColumn {
  // What of a cell is left out where the terminal is too narrow; of the last column its end.
  enum class Cut : std::uint8_t { nothing, beginning, middle };

  std::string title;
  bool is_number = false;
  bool may_go = false;  // all of it, where the terminal is too narrow
  Cut cut = Cut::nothing;
};

struct Table {
  std::vector<TableColumn> columns;
  std::vector<std::vector<TableCell>> rows;
};

struct TableLook {
  std::size_t width = 0;  // characters; 0: as wide as it needs
  bool colour = false;
};

// A line of titles, and one for each row. If it is too wide, columns that may go do, the last one
// first; then the last column is cut, and those that may be.
std::string render(const Table& table, const TableLook& look);

// A sentence in lines of `width` characters at most, if its words allow it; those behind the first
// are indented. 0: on one line.
std::string wrapped(std::string_view sentence, std::size_t width);

}  // namespace stickler::app
