// SPDX-License-Identifier: MIT
#include "haproxy/rule.h"

#include <algorithm>
#include <array>
#include <functional>
#include <span>
#include <utility>

#include "config/forms.h"
#include "haproxy/draft.h"
#include "haproxy/values.h"
#include "http/status.h"

namespace stickler::haproxy {
namespace {

struct Unknown {
  std::string_view action;
  std::string_view why;
};
// Of `http-request`: what a reader would miss most, with what to do instead.
constexpr std::array<Unknown, 14> kUnknown{{
    {"auth", "passwords are not in this version; let the application ask for them"},
    {"tarpit", "write an answer; requests that it would hold are let through"},
    {"silent-drop", "write an answer; requests that it would drop are let through"},
    {"reject", "write an answer; requests that it would reject are let through"},
    {"replace-header", "values of fields are set, not replaced by patterns; write request.set"},
    {"replace-value", "values of fields are set, not replaced by patterns; write request.set"},
    {"replace-path", "addresses are forwarded as they come; let the application know its path"},
    {"replace-pathq", "addresses are forwarded as they come; let the application know its path"},
    {"replace-uri", "addresses are forwarded as they come; let the application know its path"},
    {"set-path", "addresses are forwarded as they come; let the application know its path"},
    {"set-uri", "addresses are forwarded as they come; let the application know its path"},
    {"set-query", "addresses are forwarded as they come; let the application know its path"},
    {"cache-use", "Stickler does not cache"},
    {"use-service", "there are no services"},
}};

std::string why_unknown(std::string_view action) {
  for (const Unknown& unknown : kUnknown) {
    if (unknown.action == action) return std::string(unknown.why);
  }
  if (action.starts_with("track-sc") || action.starts_with("sc-")) {
    return "counters and rate limits are not in this version yet";
  }
  return "there is no such action; there are redirect, answer, and edits of fields";
}

class RuleReader {
 public:
  RuleReader(const Line& line, const Acls& acls, Ledger& ledger)
      : line_(line), words_(line.words), acls_(acls), ledger_(ledger) {}

  std::optional<Rule> http_request() {
    std::string_view action = line_.word(1);
    if (auto edit = edit_kind(action)) return read_edit(*edit);
    if (action == "redirect") return redirect(2);
    if (action == "deny" || action == "return") return answer(action == "deny");
    if (action == "allow") return with_condition(Allow{}, 2);
    return cannot(why_unknown(action));
  }

  std::optional<Rule> http_response() {
    if (auto edit = edit_kind(line_.word(1))) return read_edit(*edit);
    return cannot("of responses only fields can be changed: set-header, add-header, del-header");
  }

  // The arguments begin at `from`.
  std::optional<Rule> redirect(std::size_t from) {
    std::size_t end = find_condition(words_, from);
    RedirectTo to;
    bool target = false;
    std::string code;
    for (std::size_t i = from; i < end; ++i) {
      std::string_view word = words_[i];
      std::string_view next = i + 1 < end ? std::string_view(words_[i + 1]) : "";
      if (word == "code") {
        code = next;
      } else if (word == "scheme") {
        if (next != "http" && next != "https")
          return cannot("its scheme is neither http nor https");
        to.redirect.scheme = next;
        target = true;
      } else if (word == "prefix" || word == "location") {
        auto read = read_target(word, next);
        if (!read) return cannot(read.error());
        to = *read;
        target = true;
      } else if (word != "ignore-empty") {
        return cannot("a redirect has no '" + std::string(word) +
                      "'; it has scheme, host, port, "
                      "path and code");
      } else {
        continue;
      }
      ++i;
    }
    if (!target) return cannot("it does not say where to");
    if (!code.empty() && !set_code(code, to.redirect)) {
      return cannot("the code of a redirect is 301, 302, 303, 307 or 308");
    }
    return with_condition(std::move(to), end);
  }

  std::optional<Rule> choice() {
    std::string name(line_.word(1));
    if (name.empty()) return cannot("its name is missing");
    if (name.find('%') != std::string::npos) {
      return cannot("a route names what it leads to; write one route for each");
    }
    if (line_.word(0) == "use_backend") return with_condition(UseBackend{std::move(name)}, 2);
    return with_condition(UseServer{std::move(name)}, 2);
  }

  // `action`, if nothing but a condition stands at `from`.
  std::optional<Rule> with_condition(Action action, std::size_t from) {
    std::span<const std::string> words(words_);
    std::size_t at = find_condition(words, std::min(from, words.size()));
    if (at != std::min(from, words.size())) {
      return cannot("'" + words_[from] + "' stands where only a condition can");
    }
    Condition condition = parse_condition(words.subspan(at), acls_);
    if (!condition.fault.empty()) return cannot(condition.fault);
    return Rule{.action = std::move(action), .condition = std::move(condition), .line = &line_};
  }

 private:
  static std::optional<FieldEdit::Kind> edit_kind(std::string_view action) {
    if (action == "set-header") return FieldEdit::Kind::set;
    if (action == "add-header") return FieldEdit::Kind::add;
    if (action == "del-header") return FieldEdit::Kind::remove;
    return std::nullopt;
  }

  std::optional<Rule> read_edit(FieldEdit::Kind kind) {
    FieldEdit edit{.kind = kind, .name = std::string(line_.word(2)), .format = ""};
    std::size_t end = 3;
    if (kind == FieldEdit::Kind::remove) {
      if (line_.word(3) == "-m" && line_.word(4) != "str") {
        return cannot("fields are removed by their whole name; write each of them");
      }
      if (line_.word(3) == "-m") end = 5;
    } else {
      edit.format = line_.word(3);
      end = 4;
      // Whether it can be translated; what depends on the listener is done there.
      Facts some{.tls = true, .ports = {443}};
      auto value = translate_format(edit.format, &some);
      if (!value) return cannot(value.error());
    }
    if (auto complaint = config::check_edited_field(edit.name)) {
      return cannot(complaint->what + (complaint->remedy.empty() ? "" : "; " + complaint->remedy));
    }
    return with_condition(std::move(edit), end);
  }

  static bool set_code(std::string_view text, config::Redirect& redirect) {
    auto code = parse_number(text);
    for (unsigned known : {301U, 302U, 303U, 307U, 308U}) {
      if (code == known) redirect.code = known;
    }
    return code == redirect.code;
  }

  // `deny` and `return`: "status 403 content-type text/plain string … hdr NAME VALUE".
  std::optional<Rule> answer(bool deny) {
    config::Answer answer;
    answer.status = deny ? 403 : 200;
    std::size_t end = find_condition(words_, 2);
    bool has_body = false;
    for (std::size_t i = 2; i < end; i += 2) {
      std::string_view word = words_[i];
      std::string why =
          i + 1 < end ? "" : "behind '" + std::string(word) + "' something is missing";
      if (why.empty() && word == "hdr") {
        why =
            i + 2 < end ? add_field(words_[i + 1], words_[i + 2], answer) : "its value is missing";
        ++i;
      } else if (why.empty()) {
        why = set_part(word, words_[i + 1], answer);
        has_body |= word == "string" || word == "lf-string";
      }
      if (!why.empty()) {
        return cannot(why + (deny ? " (requests that it would refuse are let through)" : ""));
      }
    }
    bool bodiless = answer.status == 204 || answer.status == 205 || answer.status == 304;
    if (bodiless) answer.body.clear();
    if (deny && !has_body && !bodiless) answer.body = explanation(answer.status);
    return with_condition(std::move(answer), end);
  }

  static std::string explanation(unsigned status) {
    return std::to_string(status) + " " + std::string(http::reason_phrase(status)) + "\n";
  }

  static std::string set_part(std::string_view word, const std::string& value,
                              config::Answer& answer) {
    if (word == "status" || word == "deny_status") {
      auto status = parse_number(value);
      if (!status || *status < 200 || *status > 599) return "a status is 200 to 599";
      answer.status = static_cast<unsigned>(*status);
    } else if (word == "content-type") {
      answer.content_type = value;
    } else if (word == "string") {
      answer.body = value;
    } else if (word == "lf-string") {
      if (value.find('%') != std::string::npos) return "an answer's body holds no variables";
      answer.body = value;
    } else {
      return "an answer has no '" + std::string(word) + "'; write its text as body";
    }
    return "";
  }

  static std::string add_field(const std::string& name, const std::string& format,
                               config::Answer& answer) {
    auto value = translate_format(format, nullptr);
    if (!value) return value.error();
    if (auto complaint = config::check_edited_field(name)) return complaint->what;
    answer.fields.emplace_back(name, *value);
    return "";
  }

  std::nullopt_t cannot(std::string why) {
    ledger_.cannot(line_, std::move(why));
    return std::nullopt;
  }

  const Line& line_;
  const std::vector<std::string>& words_;
  const Acls& acls_;
  Ledger& ledger_;
};

}  // namespace

std::optional<Rule> read_http_request(const Line& line, const Acls& acls, Ledger& ledger) {
  return RuleReader(line, acls, ledger).http_request();
}

std::optional<Rule> read_http_response(const Line& line, const Acls& acls, Ledger& ledger) {
  return RuleReader(line, acls, ledger).http_response();
}

std::optional<Rule> read_redirect(const Line& line, const Acls& acls, Ledger& ledger) {
  return RuleReader(line, acls, ledger).redirect(1);
}

std::optional<Rule> read_choice(const Line& line, const Acls& acls, Ledger& ledger) {
  return RuleReader(line, acls, ledger).choice();
}

std::optional<Rule> read_monitor_uri(const Line& line, Ledger& ledger) {
  std::string path(line.word(1));
  if (auto complaint = config::check_path(path)) {
    ledger.cannot(line, complaint->what);
    return std::nullopt;
  }
  Rule rule;
  rule.action = config::Answer{.status = 200,
                               .body = "Service ready.\n",
                               .content_type = "text/plain; charset=utf-8",
                               .fields = {}};
  Alternative alternative{
      .kind = Alternative::Kind::request, .match = {}, .ports = {}, .value = {}};
  alternative.match.paths = std::vector{path};
  rule.condition.any = {
      {{.test = {.any = {alternative}, .fault = {}, .from = {}}, .negated = false}}};
  rule.condition.name = "monitor";
  rule.line = &line;
  return rule;
}

}  // namespace stickler::haproxy
