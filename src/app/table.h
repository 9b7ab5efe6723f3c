// SPDX-License-Identifier: MIT
// Tables for people at a terminal: aligned, as wide as the terminal. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace stickler::app {

enum class Tint : std::uint8_t { none, good, doubtful, bad };

struct TableCell {
  std::string text;  // UTF-8; what would move the cursor is shown as '?'
  Tint tint = Tint::none;
};

struct TableColumn {
  std::string title;
  bool is_number = false;
  bool may_go = false;  // where the terminal is too narrow
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
// first; then the last column is cut.
std::string render(const Table& table, const TableLook& look);

}  // namespace stickler::app
