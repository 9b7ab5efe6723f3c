// SPDX-License-Identifier: MIT
#include "haproxy/global.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"
#include "haproxy/values.h"

namespace stickler::haproxy {
namespace {

using namespace std::chrono_literals;

// What HAProxy has of heads by default is less than what Stickler has.
constexpr std::int64_t kOurHead = 64 * 1024;
constexpr std::int64_t kOurFields = 101;

struct Level {
  std::string_view theirs;
  std::string_view ours;
};
// The least talkative first. Requests are logged at "info".
constexpr std::array<Level, 8> kLevels{{{"emerg", "error"},
                                        {"alert", "error"},
                                        {"crit", "error"},
                                        {"err", "error"},
                                        {"warning", "warning"},
                                        {"notice", "info"},
                                        {"info", "info"},
                                        {"debug", "debug"}}};
constexpr std::string_view kLevelOfRequests = "info";

class GlobalReader {
 public:
  GlobalReader(Global& global, Ledger& ledger) : global_(global), ledger_(ledger) {}

  void read(const Line& line) {
    std::string_view word = line.word(0);
    if (!line.fault.empty()) return ledger_.cannot(line, line.fault);
    if (auto number = std::ranges::find(kNumbers, word, &Number::theirs);
        number != kNumbers.end()) {
      return read_number(line, number->ours);
    }
    if (word == "user" || word == "group") {
      set(global_.process, word, text_value(std::string(line.word(1))), line);
    } else if (word == "uid" || word == "gid") {
      ledger_.cannot(line, "accounts are named; write process.user and process.group");
    } else if (word == "hard-stop-after") {
      read_stop(line);
    } else if (word == "log") {
      read_log(line);
    } else if (word == "stats" && line.word(1) == "socket") {
      read_socket(line);
    } else if (word == "crt-base") {
      ledger_.needs_nothing(line, "paths of certificates are written whole");
      global_.tls.certificate_folder = line.word(1);
    } else if (word == "ca-base") {
      ledger_.needs_nothing(line, "client certificates are not in this version");
    } else if (word.starts_with("ssl-default-bind-")) {
      read_tls(line, word.substr(std::string_view("ssl-default-bind-").size()));
    } else if (word == "tune.bufsize") {
      read_limit(line, "max_head", kOurHead);
    } else if (word == "tune.http.maxhdr") {
      read_limit(line, "max_fields", kOurFields);
    } else {
      read_global_without_setting(line, ledger_);
    }
  }

 private:
  struct Number {
    std::string_view theirs;
    std::string_view ours;
  };
  static constexpr std::array<Number, 4> kNumbers{{{"maxconn", "max_connections"},
                                                   {"nbproc", "workers"},
                                                   {"nbthread", "workers"},
                                                   {"tune.ssl.cachesize", "session_cache"}}};

  void read_number(const Line& line, std::string_view name) {
    auto number = parse_number(line.word(1));
    if (!number) return ledger_.cannot(line, "it is no number");
    if (line.word(0) == "nbproc" && (*number == 1 || global_.process.contains("workers"))) {
      return ledger_.needs_nothing(line, "Stickler is one process of several threads");
    }
    Settings& settings = name == "session_cache" ? global_.tls.settings : global_.process;
    set(settings, name, number_value(*number), line);
  }

  void read_stop(const Line& line) {
    auto time = time_value(line.word(1), 1ms);
    if (!time) return ledger_.cannot(line, "it is no time");
    set(global_.process, "stop_within", std::move(*time), line);
  }

  // "stats socket /run/x mode 660 level admin"
  void read_socket(const Line& line) {
    std::string file(line.word(2));
    if (file.starts_with("unix@")) file.erase(0, 5);
    if (!file.starts_with('/')) {
      return ledger_.cannot(line, "the runtime socket is a file; write runtime.socket");
    }
    if (global_.runtime.contains("socket")) {
      return ledger_.cannot(line, "there is one runtime socket");
    }
    set(global_.runtime, "socket", text_value(file), line);
    for (std::size_t i = 3; i < line.words.size(); i += 2) {
      read_socket_option(line, line.word(i), std::string(line.word(i + 1)));
    }
  }

  void read_socket_option(const Line& line, std::string_view word, const std::string& value) {
    if (word == "mode") {
      set(global_.runtime, "mode",
          text_value(std::string(4 - std::min<std::size_t>(4, value.size()), '0') + value), line);
    } else if (word == "group") {
      set(global_.runtime, "group", text_value(value), line);
    } else if (word == "user" || word == "uid" || word == "gid") {
      ledger_.cannot(line, std::string(word) + " " + value,
                     "the runtime socket belongs to process.user; write runtime.group");
    } else if (word == "level" && value != "admin") {
      ledger_.cannot(line, "level " + value,
                     "whoever may use the runtime socket may do everything; see runtime.mode");
    }
  }

  // Only what is more than Stickler takes anyway.
  void read_limit(const Line& line, std::string_view name, std::int64_t ours) {
    auto number = parse_number(line.word(1));
    if (!number) return ledger_.cannot(line, "it is no number");
    if (*number <= ours) {
      return ledger_.needs_nothing(line, std::string(name) + " is as much by default");
    }
    bool size = name == "max_head";
    set(global_.limits, name,
        size ? text_value(format_size(static_cast<std::uint64_t>(*number))) : number_value(*number),
        line);
  }

  void read_tls(const Line& line, std::string_view what) {
    if (what == "ciphers") {
      set(global_.tls.settings, "ciphers", text_value(std::string(line.word(1))), line);
    } else if (what == "ciphersuites") {
      if (are_usual_suites(line.word(1)))
        return ledger_.needs_nothing(line, "they are the default");
      ledger_.cannot(line, "TLS 1.3 is spoken with its three usual suites");
    } else if (what == "options") {
      Bind bind;
      ledger_.understood(line);
      read_tls_options(line, 1, "", bind, ledger_);
      for (auto& [name, said] : bind.settings) global_.tls.settings[name] = std::move(said);
    } else if (what == "curves") {
      judge_curves(line);
    } else {
      ledger_.cannot(line, "client certificates are not in this version");
    }
  }

  void judge_curves(const Line& line) {
    constexpr std::array<std::string_view, 6> kSpoken{"X25519",    "prime256v1", "P-256",
                                                      "secp384r1", "P-384",      "x25519"};
    std::string_view list = line.word(1);
    while (!list.empty()) {
      if (std::ranges::find(kSpoken, take_until(list, ':')) != kSpoken.end()) continue;
      return ledger_.cannot(line, "keys are exchanged over X25519, P-256 and P-384");
    }
    ledger_.needs_nothing(line, "they are the default");
  }

  // "log TARGET [len N] [format F] [sample S] FACILITY [LEVEL [MINLEVEL]]"
  void read_log(const Line& line) {
    if (!is_local(line.word(1))) {
      return ledger_.cannot(line,
                            "Stickler writes to standard output; let journald or rsyslog "
                            "forward it");
    }
    std::size_t at = 2;
    while (line.word(at) == "len" || line.word(at) == "format" || line.word(at) == "sample" ||
           line.word(at) == "profile") {
      at += 2;
    }
    std::string_view name = line.word(at + 1);
    if (name.empty()) name = kLevelOfRequests;
    auto level = std::ranges::find(kLevels, name, &Level::theirs);
    if (level == kLevels.end()) return ledger_.cannot(line, "it names no level");
    ledger_.understood(line);
    // Of several targets the most talkative one.
    if (level - kLevels.begin() < most_talkative_) return;
    most_talkative_ = level - kLevels.begin();
    bool requests = level >= std::ranges::find(kLevels, kLevelOfRequests, &Level::theirs);
    global_.log.clear();
    set(global_.log, "access", text_value(requests ? "stdout" : "off"), line);
    set(global_.log, "level", text_value(std::string(level->ours)), line);
  }

  // What ends up on this machine, as standard output does under systemd.
  static bool is_local(std::string_view target) {
    return target == "stdout" || target == "stderr" || target.starts_with('/') ||
           target.starts_with("fd@") || target.starts_with("unix@") ||
           target.starts_with("127.0.0.1") || target.starts_with("localhost") ||
           target.starts_with("[::1]");
  }

  void set(Settings& settings, std::string_view name, config::Node value, const Line& line) {
    ledger_.understood(line);
    settings[std::string(name)] = {std::move(value), {&line}};
  }

  Global& global_;
  Ledger& ledger_;
  std::ptrdiff_t most_talkative_ = -1;
};

}  // namespace

void read_global(const Section& section, Global& global, Ledger& ledger) {
  GlobalReader reader(global, ledger);
  for (const Line* line : section.lines) reader.read(*line);
  // A group without an account is nobody's.
  if (global.process.contains("group") && !global.process.contains("user")) {
    const Line& line = *global.process["group"].from.front();
    ledger.cannot(line, "a group needs an account; write process.user beside it");
    global.process.erase("group");
  }
}

}  // namespace stickler::haproxy
