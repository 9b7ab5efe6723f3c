// SPDX-License-Identifier: MIT
#include "haproxy/draft_writer.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "config/string_literal.h"

namespace stickler::haproxy {
namespace {

constexpr std::size_t kColumns = 100;
constexpr std::size_t kLongestRow = 70;  // of a group
constexpr std::size_t kLongestGap = 20;  // before a comment

// Characters, not bytes: what continues one in UTF-8 takes no room.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string value_text(const config::Node& node) {
  if (node.kind == config::Node::Kind::string) return config::string_literal(node.text);
  if (node.kind != config::Node::Kind::list) return node.text;
  std::string items;
  for (const config::Node& item : node.children) {
    items += (items.empty() ? " " : ", ") + value_text(item);
  }
  return "[" + items + " ]";
}

// Stands before a comment beside a statement until align().
constexpr char kBeside = '\x01';

// Where the comments of neighbouring rows begin: below each other, if all of them have room there
// and none is far from its statement.
std::size_t column_of(const std::vector<std::string_view>& rows) {
  std::size_t column = 0;
  for (std::string_view row : rows)
    column = std::max(column, width(row.substr(0, row.find(kBeside))));
  bool room = std::ranges::all_of(rows, [&](std::string_view row) {
    std::size_t statement = width(row.substr(0, row.find(kBeside)));
    std::size_t remark = width(row.substr(row.find(kBeside) + 1));
    return column + remark <= kColumns && column - statement <= kLongestGap;
  });
  return room ? column : 0;
}

void write_rows(std::vector<std::string_view>& rows, std::string& text) {
  std::size_t column = column_of(rows);
  for (std::string_view row : rows) {
    std::string_view statement = row.substr(0, row.find(kBeside));
    text.append(statement);
    if (width(statement) < column) text.append(column - width(statement), ' ');
    text.append(row.substr(statement.size() + 1)).append("\n");
  }
  rows.clear();
}

std::string align(std::string_view text) {
  std::string aligned;
  std::vector<std::string_view> rows;
  while (!text.empty()) {
    std::string_view row = take_until(text, '\n');
    if (row.find(kBeside) != std::string_view::npos) {
      rows.push_back(row);
      continue;
    }
    write_rows(rows, aligned);
    aligned.append(row).append("\n");
  }
  write_rows(rows, aligned);
  return aligned;
}

// One below the other, if they do not fit in a row.
std::string list_text(const config::Node& node, const std::string& indent) {
  std::string items;
  for (const config::Node& item : node.children) {
    items += (items.empty() ? "\n" : ",\n") + indent + "  " + value_text(item);
  }
  return "[" + items + "\n" + indent + "]";
}

class Writer {
 public:
  std::string run(const Draft& file) {
    for (const Draft::Entry& entry : file.entries()) {
      if (entry.group != nullptr && entry.group->empty()) continue;
      text_ += "\n";
      write(entry, "");
    }
    return align(text_);
  }

 private:
  void write(const Draft::Entry& entry, const std::string& indent) {
    if (entry.group == nullptr) return write_value(entry, indent);
    const Draft& group = *entry.group;
    for (const std::string& sentence : group.explanations()) text_ += comment(sentence, indent);
    if (std::string row = in_a_row(group); !row.empty()) {
      return write_statement(entry.name + " = " + row + ";", lines_of(group), indent);
    }
    for (const Line* line : group.from()) write_line(*line, indent);
    text_ += indent + entry.name + " = {\n";
    bool first = true;
    for (const Draft::Entry& inner : group.entries()) {
      if (inner.group != nullptr && inner.group->empty()) continue;
      // Listeners and backends, and a group of several lines, stand apart.
      bool apart = inner.group != nullptr && in_a_row(*inner.group).empty();
      if (apart && !first) text_ += "\n";
      write(inner, indent + "  ");
      first = false;
    }
    text_ += indent + "};\n";
  }

  void write_value(const Draft::Entry& entry, const std::string& indent) {
    std::string statement = entry.name + " = " + value_text(entry.value) + ";";
    bool list = entry.value.kind == config::Node::Kind::list;
    if (list && width(indent + statement) > kColumns) {
      statement = entry.name + " = " + list_text(entry.value, indent) + ";";
    }
    write_statement(statement, entry.from, indent);
  }

  // The last of the lines it comes from stands beside it if there is room, the others above.
  void write_statement(const std::string& statement, const Lines& from, const std::string& indent) {
    Lines above = from;
    std::string beside;
    if (!from.empty()) {
      beside = "  # " + reference(*from.back());
      bool room = width(indent + statement + beside) <= kColumns;
      if (room && statement.find('\n') == std::string::npos) {
        above.pop_back();
        write_remarks(*from.back(), indent);
      } else {
        beside.clear();
      }
    }
    for (const Line* line : above) write_line(*line, indent);
    if (!beside.empty()) {
      named_.insert(from.back()->number);
      beside.insert(0, 1, kBeside);
    }
    text_ += indent + statement + beside + "\n";
  }

  void write_line(const Line& line, const std::string& indent) {
    write_remarks(line, indent);
    text_ += indent + "# " + std::to_string(line.number) + ": " + shown(line) + "\n";
    named_.insert(line.number);
  }

  // "12: retries 3"; a line that was named above already by its number alone.
  std::string reference(const Line& line) const {
    std::string number = std::to_string(line.number);
    return named_.contains(line.number) ? number : number + ": " + shown(line);
  }

  void write_remarks(const Line& line, const std::string& indent) {
    if (!remarked_.insert(line.number).second) return;
    for (const std::string& remark : line.remarks) {
      if (!remark.empty()) text_ += indent + "# " + shown(remark) + "\n";
    }
  }

  // All lines that the group and its settings come from.
  static Lines lines_of(const Draft& group) {
    Lines lines = group.from();
    for (const Draft::Entry& entry : group.entries()) {
      const Lines inner = entry.group != nullptr ? lines_of(*entry.group) : entry.from;
      for (const Line* line : inner) {
        if (std::ranges::find(lines, line) == lines.end()) lines.push_back(line);
      }
    }
    return lines;
  }

  // "{ a = 1; b = 2; }" of a group that comes from one line and is short; else empty.
  static std::string in_a_row(const Draft& group) {
    if (lines_of(group).size() > 1) return "";
    std::string row = "{ ";
    for (const Draft::Entry& entry : group.entries()) {
      if (entry.group != nullptr && entry.group->empty()) continue;
      std::string value = entry.group != nullptr ? in_a_row(*entry.group) : value_text(entry.value);
      if (value.empty()) return "";
      row += entry.name + " = " + value + "; ";
    }
    return row.size() > kLongestRow ? "" : row + "}";
  }

  std::string text_;
  std::set<int> named_;     // lines that were quoted already
  std::set<int> remarked_;  // lines whose remarks were
};

}  // namespace

std::string write_draft(const Draft& file) { return Writer().run(file); }

std::string comment(std::string_view sentence, std::string_view indent) {
  std::string text;
  std::string row = std::string(indent) + "#";
  while (!sentence.empty()) {
    std::string_view word = take_until(sentence, ' ');
    if (width(row) + 1 + width(word) > kColumns && row.size() > indent.size() + 1) {
      text += row + "\n";
      row = std::string(indent) + "#  ";
    }
    row.append(" ").append(word);
  }
  return text + row + "\n";
}

}  // namespace stickler::haproxy
