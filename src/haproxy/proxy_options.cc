// SPDX-License-Identifier: MIT
// `timeout` and `option`. HAProxy 2.6's manual, 4.2.
#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"
#include "config/forms.h"
#include "haproxy/proxy.h"
#include "haproxy/values.h"

namespace stickler::haproxy {
namespace {

using namespace std::chrono_literals;

// ---- timeouts ----

struct TimeoutName {
  std::string_view theirs;
  std::string_view ours;
};
constexpr std::array<TimeoutName, 9> kTimeouts{{{"check", "check"},
                                                {"client", "client"},
                                                {"client-hs", "handshake"},
                                                {"connect", "connect"},
                                                {"http-keep-alive", "keepalive"},
                                                {"http-request", "head"},
                                                {"queue", "queue"},
                                                {"server", "server"},
                                                {"tunnel", "tunnel"}}};

// ---- options ----

void read_forwardfor(Proxy& proxy, const Line& line, const Reading& reading) {
  reading.ledger.understood(line);
  std::vector<std::string> trusted;
  bool renamed = false;
  for (std::size_t i = 2; i < line.words.size(); ++i) {
    std::string_view word = line.word(i);
    if (word == "except") {
      std::string network(line.word(++i));
      if (auto complaint = config::check_network(network)) {
        reading.ledger.cannot(line, "except " + network, complaint->what);
      } else {
        trusted.push_back(network);
      }
    } else if (word == "header") {
      std::string name(line.word(++i));
      renamed = !equals_ignoring_case(name, "X-Forwarded-For");
      if (renamed) proxy.own_address_field = {name, &line};
    } else if (word == "if-none") {
      reading.ledger.cannot(line, "if-none",
                            "the client's address is always added: as a line of "
                            "its own below what the client sent");
    } else {
      reading.ledger.cannot(line, word, "the import does not know it");
    }
  }
  proxy.forwarded.clear();
  proxy.forwarded["for"] = {text_value(renamed ? "off" : "append"), {&line}};
  if (!trusted.empty()) proxy.forwarded["trust"] = {texts_value(trusted), {&line}};
}

void read_redispatch(Proxy& proxy, const Line& line, const Reading& reading) {
  std::string_view interval = line.word(2);
  bool always = interval == "1";
  if (!interval.empty() && !always && interval != "-1") {
    reading.ledger.cannot(line, interval,
                          "every retry may go elsewhere, or the last one; now: "
                          "the last one");
  }
  reading.ledger.understood(line);
  proxy.redispatches = true;
  proxy.retry["redispatch"] = {text_value(always ? "always" : "last"), {&line}};
}

void read_persist(Proxy& proxy, const Line& line, const Reading& reading) {
  reading.ledger.understood(line);
  proxy.persists = &line;
}

void read_abortonclose(Proxy& proxy, const Line& line, const Reading& reading) {
  reading.ledger.understood(line);
  proxy.backend["abort_on_close"] = {flag_value(true), {&line}};
}

void read_httplog(Proxy& proxy, const Line& line, const Reading& reading) {
  reading.ledger.understood(line);
  proxy.log_format.push_back(&line);
}

void read_tcp_check(Proxy& proxy, const Line& line, const Reading& reading) {
  reading.ledger.understood(line);
  proxy.probe = {};
  proxy.probe.from = {&line};
}

void read_ssl_check(Proxy& proxy, const Line& line, const Reading& reading) {
  read_tcp_check(proxy, line, reading);
  proxy.probe.kind = Probe::Kind::tls;
}

using ReadOption = void (*)(Proxy& proxy, const Line& line, const Reading& reading);
struct Option {
  std::string_view word;
  ReadOption read;
};
constexpr std::array<Option, 8> kOptions{{{"abortonclose", read_abortonclose},
                                          {"forwardfor", read_forwardfor},
                                          {"httpchk", read_httpchk},
                                          {"httplog", read_httplog},
                                          {"persist", read_persist},
                                          {"redispatch", read_redispatch},
                                          {"ssl-hello-chk", read_ssl_check},
                                          {"tcp-check", read_tcp_check}}};

// `no option …`.
void take_back(Proxy& proxy, const Line& line, std::string_view option, const Reading& reading) {
  Ledger& ledger = reading.ledger;
  ledger.understood(line);
  if (option == "abortonclose") {
    proxy.backend["abort_on_close"] = {flag_value(false), {&line}};
  } else if (option == "forwardfor") {
    proxy.forwarded = {{"for", {text_value("off"), {&line}}}};
    proxy.own_address_field.reset();
  } else if (option == "redispatch") {
    proxy.redispatches = false;
    proxy.retry["redispatch"] = {text_value("never"), {&line}};
  } else if (option == "persist") {
    proxy.persists = nullptr;
  } else if (option == "httpchk" || option == "ssl-hello-chk") {
    proxy.probe = {};
  } else {
    ledger.needs_nothing(line, "it takes back what has no setting here");
  }
}

}  // namespace

void read_timeout(Proxy& proxy, const Line& line, const Reading& reading) {
  auto name = std::ranges::find(kTimeouts, line.word(1), &TimeoutName::theirs);
  if (name == kTimeouts.end()) {
    if (line.word(1) == "tarpit") {
      return reading.ledger.needs_nothing(line, "nobody is held in a tarpit");
    }
    return reading.ledger.cannot(line,
                                 "there is no such limit; one direction of a tunnel that has "
                                 "ended is under timeouts.tunnel, like the other");
  }
  auto time = time_value(line.word(2), 1ms);
  if (!time) return reading.ledger.cannot(line, "it is no time");
  reading.ledger.understood(line);
  proxy.timeouts[std::string(name->ours)] = {std::move(*time), {&line}};
}

void read_option(Proxy& proxy, const Line& line, const Reading& reading) {
  bool negated = line.word(0) == "no";
  std::string_view word = line.word(negated ? 2 : 1);
  if (negated) return take_back(proxy, line, word, reading);
  auto known = std::ranges::find(kOptions, word, &Option::word);
  if (known != kOptions.end()) return known->read(proxy, line, reading);
  read_without_setting(line, reading.ledger);
}

}  // namespace stickler::haproxy
