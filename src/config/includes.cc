// SPDX-License-Identifier: MIT
#include "config/includes.h"

#include <iterator>
#include <string>
#include <utility>

#include "config/text_file.h"

namespace stickler::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestFile = std::size_t{16} << 20;
constexpr std::size_t kDeepestInclude = 10;

class Assembler {
 public:
  Assembler(Sources& sources, Report& report) : sources_(sources), report_(report) {}

  // `from` is the place of the include, or nowhere for the main file.
  void add_file(const fs::path& path, Span from) {
    auto text = read_text_file(path, kLargestFile);
    if (!text) return cannot_read(path, from, text.error());
    open_.push_back({.path = path, .identity = identity_of(path)});
    int file = sources_.add(path.string(), std::move(*text));
    add_tokens(lex(sources_, file, report_));
    open_.pop_back();
  }

  LexResult take() && { return std::move(result_); }

 private:
  struct OpenFile {
    fs::path path;
    fs::path identity;
  };

  static fs::path identity_of(const fs::path& path) {
    std::error_code error;
    fs::path real = fs::canonical(path, error);
    return error ? path : real;
  }

  void add_tokens(LexResult lexed) {
    result_.truncated |= lexed.truncated;
    for (std::size_t i = 0; i < lexed.tokens.size(); ++i) {
      Token& token = lexed.tokens[i];
      bool last_file = open_.size() == 1;
      if (token.kind == Token::Kind::end && !last_file) continue;
      if (token.kind != Token::Kind::include) {
        result_.tokens.push_back(std::move(token));
        continue;
      }
      const Token& next = lexed.tokens[i + 1];
      if (next.kind != Token::Kind::string) {
        report_.error(token.at, "@include needs the name of a file",
                      "write @include \"name.conf\"");
        continue;
      }
      include(next);
      ++i;
      if (lexed.tokens[i + 1].kind == Token::Kind::semicolon) ++i;
    }
  }

  void include(const Token& name) {
    fs::path path = fs::path(name.text).is_absolute() ? fs::path(name.text)
                                                      : open_.back().path.parent_path() / name.text;
    if (open_.size() >= kDeepestInclude) {
      return report_.error(name.at, "includes are nested more than 10 deep");
    }
    if (is_open(path)) {
      return report_.error(name.at, "this include goes in a circle: " + circle_to(path));
    }
    add_file(path, name.at);
  }

  bool is_open(const fs::path& path) const {
    fs::path identity = identity_of(path);
    for (const OpenFile& file : open_) {
      if (file.identity == identity) return true;
    }
    return false;
  }

  std::string circle_to(const fs::path& path) const {
    std::string circle;
    fs::path identity = identity_of(path);
    for (const OpenFile& file : open_) {
      if (circle.empty() && file.identity != identity) continue;
      circle += file.path.string() + " includes ";
    }
    return circle + path.string();
  }

  void cannot_read(const fs::path& path, Span from, const std::string& why) {
    if (from.file < 0) return report_.error_in(path.string(), "cannot be read: " + why);
    report_.error(
        from, "cannot include " + path.string() + ": " + why,
        why == "it is a directory" ? "name one file; a whole directory is read by -f" : "");
  }

  Sources& sources_;
  Report& report_;
  LexResult result_;
  std::vector<OpenFile> open_;
};

}  // namespace

LexResult lex_with_includes(const fs::path& file, Sources& sources, Report& report) {
  Assembler assembler(sources, report);
  assembler.add_file(file, {});
  return std::move(assembler).take();
}

}  // namespace stickler::config
