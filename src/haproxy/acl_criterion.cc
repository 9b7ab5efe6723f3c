// SPDX-License-Identifier: MIT
#include "haproxy/acl_criterion.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/strings.h"
#include "haproxy/values.h"

namespace stickler::haproxy {
namespace {

// "path_beg" is "path" by "beg".
constexpr std::array<std::string_view, 7> kMethods{"beg", "dir", "dom", "end", "len", "reg", "sub"};

// "a,b(1,:),c" at its commas outside of parentheses.
std::vector<std::string> split_expression(std::string_view text) {
  std::vector<std::string> parts(1);
  int depth = 0;
  for (char c : text) {
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (c == ',' && depth == 0) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

class CriterionParser {
 public:
  explicit CriterionParser(std::span<const std::string> words) : words_(words) {}

  Criterion run() {
    if (words_.empty()) {
      fault("its criterion is missing");
      return std::move(criterion_);
    }
    read_expression();
    std::size_t at = 1;
    while (at < words_.size() && words_[at].starts_with('-')) {
      if (!read_flag(at)) break;
    }
    at = std::min(at, words_.size());
    criterion_.patterns.assign(words_.begin() + static_cast<std::ptrdiff_t>(at), words_.end());
    for (const std::string& pattern : criterion_.patterns) judge(pattern);
    judge(criterion_.argument);
    return std::move(criterion_);
  }

 private:
  void read_expression() {
    std::vector<std::string> parts = split_expression(words_.front());
    read_fetch(parts.front());
    for (std::size_t i = 1; i < parts.size(); ++i) read_converter(parts[i]);
  }

  void read_fetch(std::string_view text) {
    std::size_t open = text.find('(');
    std::string name(text.substr(0, open));
    if (open != std::string_view::npos && text.ends_with(')')) {
      criterion_.argument = text.substr(open + 1, text.size() - open - 2);
    }
    std::size_t suffix = name.rfind('_');
    if (suffix != std::string::npos) {
      std::string method = name.substr(suffix + 1);
      if (std::ranges::find(kMethods, method) != kMethods.end()) {
        criterion_.method = method;
        name.resize(suffix);
      }
    }
    if (name == "req.hdr" || name == "req.fhdr" || name == "fhdr") name = "hdr";
    if (name == "meth") name = "method";
    if (name == "fc_dst_port") name = "dst_port";
    criterion_.fetch = std::move(name);
  }

  // Those that change nothing of what we compare.
  void read_converter(const std::string& converter) {
    bool host = criterion_.fetch == "hdr" && equals_ignoring_case(criterion_.argument, "host");
    if (converter == "lower" || converter == "upper") {
      criterion_.any_case = true;
    } else if (!(host && (converter == "field(1,:)" || converter == "host_only"))) {
      fault("a route knows no converter as '" + converter + "'");
    }
  }

  // False: it is a pattern.
  bool read_flag(std::size_t& at) {
    const std::string& flag = words_[at];
    if (flag == "-i") {
      criterion_.any_case = true;
    } else if (flag == "-m") {
      ++at;
      criterion_.method = at < words_.size() ? words_[at] : "";
    } else if (flag == "-f" || flag == "-M" || flag == "-u") {
      fault("a route reads no values from a file ('" + flag + "'); write them into the route");
      return false;
    } else if (flag != "-n" && flag != "--") {
      return false;
    }
    ++at;
    return flag != "--";
  }

  void judge(const std::string& text) {
    if (std::string why = why_unfit(text); !why.empty()) fault(std::move(why));
  }

  void fault(std::string why) {
    if (criterion_.fault.empty()) criterion_.fault = std::move(why);
  }

  std::span<const std::string> words_;
  Criterion criterion_;
};

}  // namespace

Criterion parse_criterion(std::span<const std::string> words) {
  return CriterionParser(words).run();
}

}  // namespace stickler::haproxy
