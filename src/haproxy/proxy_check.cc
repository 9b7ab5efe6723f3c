// SPDX-License-Identifier: MIT
// `option httpchk`, `http-check` and `tcp-check`. HAProxy 2.6's manual, 4.2.
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"
#include "config/forms.h"
#include "haproxy/proxy.h"
#include "haproxy/values.h"

namespace stickler::haproxy {
namespace {

constexpr unsigned kFirstStatus = 100;
constexpr unsigned kLastStatus = 599;

std::string complaint_text(const config::Complaint& complaint) {
  return complaint.what + (complaint.remedy.empty() ? "" : "; " + complaint.remedy);
}

// "HTTP/1.1\r\nHost: example.com": how a Host was sent before there was `http-check send`.
void read_old_fields(Proxy& proxy, const Line& line, Ledger& ledger) {
  std::string_view rest = line.word(4);
  take_until(rest, '\n');
  while (!rest.empty()) {
    std::string_view field = take_until(rest, '\n');
    while (field.ends_with('\r')) field.remove_suffix(1);
    if (field.empty()) continue;
    std::string_view value = field;
    std::string_view name = take_until(value, ':');
    if (equals_ignoring_case(name, "Host")) {
      proxy.probe.settings["host"] = {text_value(std::string(trim(value))), {&line}};
    } else if (!equals_ignoring_case(name, "Connection")) {
      ledger.cannot(line, field, "a check sends no fields but Host");
    }
  }
}

// ---- http-check send ----

void read_send(Proxy& proxy, const Line& line, Ledger& ledger) {
  ledger.understood(line);
  Probe& probe = proxy.probe;
  for (std::size_t i = 2; i < line.words.size(); ++i) {
    std::string_view word = line.word(i);
    if (word == "meth") {
      probe.method = line.word(++i);
    } else if (word == "uri") {
      probe.uri = line.word(++i);
    } else if (word == "hdr" && equals_ignoring_case(line.word(i + 1), "Host")) {
      probe.settings["host"] = {text_value(std::string(line.word(i + 2))), {&line}};
      i += 2;
    } else if (word == "hdr") {
      ledger.cannot(line, "hdr " + std::string(line.word(i + 1)),
                    "a check sends no fields but Host");
      i += 2;
    } else if (word == "ver" || word == "comment") {
      ++i;
    } else {
      ledger.cannot(line, std::string(word) + " " + std::string(line.word(i + 1)),
                    "a check is a method and a path, without a body");
      ++i;
    }
  }
  probe.from.push_back(&line);
}

// ---- http-check expect ----

// The statuses that a pattern finds, as ranges: "^[23]" is 200-399.
std::vector<std::string> statuses_of(const std::string& pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  re2::RE2 regex(pattern, options);
  std::vector<std::string> ranges;
  if (!regex.ok()) return ranges;
  unsigned first = 0;
  for (unsigned status = kFirstStatus; status <= kLastStatus + 1; ++status) {
    bool fits = status <= kLastStatus && re2::RE2::PartialMatch(std::to_string(status), regex);
    if (fits && first == 0) first = status;
    if (fits || first == 0) continue;
    std::string range = std::to_string(first);
    if (status - 1 > first) range += "-" + std::to_string(status - 1);
    ranges.push_back(range);
    first = 0;
  }
  return ranges;
}

class ExpectReader {
 public:
  ExpectReader(Proxy& proxy, const Line& line, Ledger& ledger)
      : probe_(proxy.probe), line_(line), ledger_(ledger) {}

  void read() {
    std::size_t at = 2;
    while (line_.word(at) == "comment" || line_.word(at) == "min-recv") at += 2;
    std::string_view what = line_.word(at);
    std::string value(line_.word(at + 1));
    if (what == "!")
      return cannot("what a check does not expect cannot be said; name what it does");
    if (value.empty()) return cannot("its value is missing");
    if (what == "status") return read_statuses(value);
    if (what == "rstatus") return set("expect", statuses_of(value));
    if (what != "string") {
      return cannot("a check expects a status, and a text in the body; write check.body");
    }
    if (!probe_.settings.contains("expect")) probe_.expects_body_only = true;
    ledger_.understood(line_);
    probe_.settings["body"] = {text_value(value), {&line_}};
  }

 private:
  void read_statuses(std::string_view list) {
    if (auto complaint = config::check_statuses(list)) return cannot(complaint_text(*complaint));
    std::vector<std::string> statuses;
    while (!list.empty()) statuses.emplace_back(take_until(list, ','));
    set("expect", statuses);
  }

  void set(const std::string& name, const std::vector<std::string>& texts) {
    if (texts.empty()) return cannot("no status fits it");
    ledger_.understood(line_);
    probe_.expects_body_only = false;
    auto number = texts.size() == 1 ? parse_number(texts.front()) : std::nullopt;
    config::Node value = number ? number_value(*number) : texts_value(texts);
    probe_.settings[name] = {std::move(value), {&line_}};
  }

  void cannot(std::string why) { ledger_.cannot(line_, std::move(why)); }

  Probe& probe_;
  const Line& line_;
  Ledger& ledger_;
};

// ---- http-check connect, tcp-check connect ----

void read_connect(Proxy& proxy, const Line& line, Ledger& ledger) {
  ledger.understood(line);
  for (std::size_t i = 2; i < line.words.size(); ++i) {
    std::string_view word = line.word(i);
    if (word == "port") {
      auto port = parse_number(line.word(++i));
      if (!port) return ledger.cannot(line, "its port is no number");
      proxy.probe.settings["port"] = {number_value(*port), {&line}};
    } else if (word == "ssl") {
      proxy.probe.settings["tls"] = {flag_value(true), {&line}};
    } else if (word == "comment") {
      ++i;
    } else if (word != "default" && word != "linger") {
      return ledger.cannot(line, word, "a check chooses its port, and whether it is TLS");
    }
  }
}

}  // namespace

void read_httpchk(Proxy& proxy, const Line& line, const Reading& reading) {
  Ledger& ledger = reading.ledger;
  ledger.understood(line);
  Probe& probe = proxy.probe;
  probe.kind = Probe::Kind::http;
  probe.method = "OPTIONS";
  probe.uri = "/";
  probe.from = {&line};
  if (line.words.size() == 3) probe.uri = line.word(2);
  if (line.words.size() > 3) {
    probe.method = line.word(2);
    probe.uri = line.word(3);
  }
  read_old_fields(proxy, line, ledger);
}

void read_http_check(Proxy& proxy, const Line& line, const Reading& reading) {
  Ledger& ledger = reading.ledger;
  std::string_view rule = line.word(1);
  bool http = line.word(0) == "http-check";
  if (rule == "connect") return read_connect(proxy, line, ledger);
  if (rule == "comment") return ledger.needs_nothing(line, "it is a comment");
  if (http && rule == "send") return read_send(proxy, line, ledger);
  if (http && rule == "expect") return ExpectReader(proxy, line, ledger).read();
  if (http && rule == "disable-on-404") {
    return ledger.cannot(line,
                         "a server answers with another status than expected and goes down; "
                         "to drain it write weight = 0");
  }
  ledger.cannot(line, http ? "a check is one request: its method, path, Host, statuses and body"
                           : "a check over TCP opens a connection and no more");
}

}  // namespace stickler::haproxy
