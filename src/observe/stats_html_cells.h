// SPDX-License-Identifier: MIT
// What the tables of the statistics page are made of: cells of one or two lines that know what they
// say, since on a phone each row becomes a card and the head of the table is not seen.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/units.h"
#include "observe/html.h"

namespace stickler::observe {

// A column says one thing, or two in two lines.
struct TableColumn {
  std::string_view name;
  std::string_view second;  // "" : one line
  std::string_view hint;    // what it means exactly
};

void put_table_head(std::span<const TableColumn> columns, Html& html);

// The cells of one row from left to right, behind its <th>.
class Cells {
 public:
  // `columns`: those of the whole table. The first is the row's heading.
  Cells(std::span<const TableColumn> columns, Html& html)
      : left_(columns.subspan(1)), html_(html) {}

  // A dash and zeros are shown quietly.
  void cell(std::string_view first, std::string_view second = {});
  void counts(std::uint64_t first, std::uint64_t second);
  // For what needs more than text: `put` writes its content.
  template <typename Put>
  void cell_with(Put put) {
    begin(false);
    put();
    html_.mark("</td>");
  }

 private:
  void begin(bool quiet);

  std::span<const TableColumn> left_;
  Html& html_;
};

// "2 min ago", with the date for who asks for it, people or programs.
void put_time(WallTime when, std::string_view text, Html& html);

}  // namespace stickler::observe
