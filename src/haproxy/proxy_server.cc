// SPDX-License-Identifier: MIT
// `server` and `default-server`. HAProxy 2.6's manual, 5.2.
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

constexpr std::string_view kPlainOnly =
    "servers are spoken to in plain HTTP; give the address of the plain port";
constexpr std::string_view kTlsDetail = "TLS to servers is not in this version";

// ---- what has a setting ----

enum class Where { check, backend, server };
enum class Form { number, duration, text };
struct Known {
  std::string_view word;
  Where where;
  std::string_view setting;
  Form form;
};
constexpr std::array<Known, 12> kKnown{{
    {"cookie", Where::server, "cookie", Form::text},
    {"downinter", Where::check, "down_interval", Form::duration},
    {"fall", Where::check, "fall", Form::number},
    {"fastinter", Where::check, "fast_interval", Form::duration},
    {"inter", Where::check, "interval", Form::duration},
    {"maxconn", Where::server, "maxconn", Form::number},
    {"maxqueue", Where::backend, "max_queue", Form::number},
    {"pool-max-conn", Where::backend, "max_idle", Form::number},
    {"pool-purge-delay", Where::backend, "keepalive", Form::duration},
    {"port", Where::check, "port", Form::number},
    {"rise", Where::check, "rise", Form::number},
    {"weight", Where::server, "weight", Form::number},
}};

// ---- what has none ----

struct Other {
  std::string_view word;
  std::size_t values;    // that stand behind it
  std::string_view why;  // it cannot be translated; empty: it needs no setting
};
constexpr std::array<Other, 52> kOthers{{
    {"addr", 1, "a check goes to the server's own address; port can be another"},
    {"agent-addr", 1, "agent checks are not in this version yet"},
    {"agent-check", 0, "agent checks are not in this version yet"},
    {"agent-inter", 1, "agent checks are not in this version yet"},
    {"agent-port", 1, "agent checks are not in this version yet"},
    {"agent-send", 1, "agent checks are not in this version yet"},
    {"allow-0rtt", 0, ""},
    {"alpn", 1, kTlsDetail},
    {"ca-file", 1, kTlsDetail},
    {"check-alpn", 1, "checks offer no ALPN"},
    {"check-proto", 1, "checks speak HTTP/1.1"},
    {"check-send-proxy", 0, "the PROXY protocol is not in this version"},
    {"check-sni", 1, "checks send no SNI of their own"},
    {"ciphers", 1, kTlsDetail},
    {"ciphersuites", 1, kTlsDetail},
    {"crl-file", 1, kTlsDetail},
    {"crt", 1, kTlsDetail},
    {"error-limit", 1, "servers are not judged by their traffic; by their checks they are"},
    {"id", 1, ""},
    {"init-addr", 1, ""},
    {"log-proto", 1, ""},
    {"minconn", 1, "maxconn does not follow the load; it is a fixed number"},
    {"namespace", 1, "network namespaces are left to systemd"},
    {"no-backup", 0, ""},
    {"no-check-ssl", 0, ""},
    {"no-send-proxy", 0, ""},
    {"no-send-proxy-v2", 0, ""},
    {"no-ssl", 0, ""},
    {"no-tls-tickets", 0, ""},
    {"no-verifyhost", 0, ""},
    {"non-stick", 0, ""},
    {"observe", 1, "servers are not judged by their traffic; by their checks they are"},
    {"on-error", 1, "servers are not judged by their traffic; by their checks they are"},
    {"on-marked-down", 1, "what runs at a server that goes down runs on there"},
    {"on-marked-up", 1, "a backup keeps what runs there"},
    {"pool-low-conn", 1, ""},
    {"redir", 1, "write a redirect of a route"},
    {"resolve-net", 1, ""},
    {"resolve-opts", 1, ""},
    {"resolve-prefer", 1, ""},
    {"resolvers", 1, ""},
    {"send-proxy", 0,
     "the PROXY protocol is not in this version; X-Forwarded-For tells the address"},
    {"send-proxy-v2", 0,
     "the PROXY protocol is not in this version; X-Forwarded-For tells the address"},
    {"slowstart", 1, "a server gets its whole share at once"},
    {"sni", 1, kTlsDetail},
    {"socks4", 1, "servers are reached directly"},
    {"source", 1, "the system chooses the address that servers see"},
    {"tfo", 0, ""},
    {"track", 1, "each backend checks its own servers"},
    {"verify", 1, kTlsDetail},
    {"verifyhost", 1, kTlsDetail},
    {"ws", 1, ""},
}};

class ServerOptionReader {
 public:
  ServerOptionReader(const Line& line, ServerOptions& options, Ledger& ledger)
      : line_(line), options_(options), ledger_(ledger) {}

  void read(std::size_t from) {
    for (at_ = from; at_ < line_.words.size(); ++at_) read_option();
  }

 private:
  void read_option() {
    std::string_view word = line_.word(at_);
    if (word == "check") {
      options_.checked = &line_;
    } else if (word == "no-check") {
      options_.checked = nullptr;
    } else if (word == "check-ssl") {
      set(options_.check, "tls", flag_value(true));
    } else if (word == "backup") {
      set(options_.server, "backup", flag_value(true));
    } else if (word == "disabled" || word == "enabled") {
      options_.disabled = word == "disabled";
    } else if (word == "ssl") {
      cannot("ssl", std::string(kPlainOnly));
    } else if (word == "proto" || word == "check-via-socks4") {
      if (word == "proto" && next() != "h1") cannot("proto", "servers are spoken to in HTTP/1.1");
    } else if (auto known = std::ranges::find(kKnown, word, &Known::word); known != kKnown.end()) {
      read_known(*known, next());
    } else {
      read_other(word);
    }
  }

  void read_known(const Known& known, const std::string& text) {
    std::string part = std::string(known.word) + " " + text;
    config::Node value = text_value(text);
    if (known.form == Form::number) {
      auto number = parse_number(text);
      if (!number) return cannot(part, "it is no number");
      value = number_value(*number);
    } else if (known.form == Form::duration) {
      auto time = time_value(text, 1ms);
      if (!time) return cannot(part, "it is no time");
      value = std::move(*time);
    }
    Settings& settings = known.where == Where::check     ? options_.check
                         : known.where == Where::backend ? options_.backend
                                                         : options_.server;
    set(settings, known.setting, std::move(value));
  }

  void read_other(std::string_view word) {
    auto other = std::ranges::find(kOthers, word, &Other::word);
    if (other == kOthers.end()) {
      // SSL's many switches.
      bool tls =
          word.find("ssl") != std::string_view::npos || word.find("tls") != std::string_view::npos;
      return cannot(word, tls ? std::string(kTlsDetail) : "the import does not know it");
    }
    std::string part(word);
    for (std::size_t i = 0; i < other->values; ++i) part += " " + next();
    if (!other->why.empty()) cannot(part, std::string(other->why));
  }

  void set(Settings& settings, std::string_view name, config::Node value) {
    settings[std::string(name)] = {std::move(value), {&line_}};
  }

  std::string next() { return std::string(line_.word(++at_)); }

  void cannot(std::string_view part, std::string why) {
    ledger_.cannot(line_, part, std::move(why));
  }

  const Line& line_;
  ServerOptions& options_;
  Ledger& ledger_;
  std::size_t at_ = 0;
};

// ---- addresses ----

// HAProxy's form as ours; the error is a sentence.
Result<std::string, std::string> read_address(std::string_view text) {
  if (std::string why = why_unfit(text); !why.empty()) return Failed{why};
  std::string written(text);
  if (std::size_t at = text.find('@'); at != std::string_view::npos) {
    std::string_view family = text.substr(0, at);
    if (family != "ipv4" && family != "ipv6" && family != "unix") {
      return Failed{std::string("a server is reached by IPv4, IPv6 or a Unix socket")};
    }
    written = text.substr(at + 1);
  }
  if (written.starts_with('/')) return "unix:" + written;
  if (written == "*" || written.starts_with("0.0.0.0") || written.starts_with("*:")) {
    return Failed{std::string("a server has an address of its own; the client's is not used")};
  }
  // "::1:80": behind the last colon stands the port.
  std::size_t colon = written.rfind(':');
  bool bare_ipv6 = !written.starts_with('[') && std::ranges::count(written, ':') > 1;
  if (bare_ipv6) {
    written = "[" + written.substr(0, colon) + "]" + written.substr(colon);
  }
  if (written.find(":+") != std::string::npos || written.find(":-") != std::string::npos) {
    return Failed{std::string("a server's port does not follow the client's; write its number")};
  }
  if (auto complaint = config::check_server_address(written)) {
    return Failed{complaint->what + (complaint->remedy.empty() ? "" : "; " + complaint->remedy)};
  }
  return written;
}

bool has_port(const std::string& address) {
  std::size_t colon = address.rfind(':');
  std::size_t bracket = address.rfind(']');
  return address.starts_with("unix:") ||
         (colon != std::string::npos && (bracket == std::string::npos || colon > bracket));
}

// The last word on it.
bool is_disabled(const Line& line, const ServerOptions& usual) {
  bool disabled = usual.disabled;
  for (const std::string& word : line.words) {
    if (word == "disabled" || word == "enabled") disabled = word == "disabled";
  }
  return disabled;
}

}  // namespace

void read_default_server(Proxy& proxy, const Line& line, const Reading& reading) {
  reading.ledger.understood(line);
  ServerOptionReader(line, proxy.default_server, reading.ledger).read(1);
}

void read_server(Proxy& proxy, const Line& line, const Reading& reading) {
  if (line.words.size() < 3) return reading.ledger.cannot(line, "its name or address is missing");
  if (is_disabled(line, proxy.default_server)) {
    return reading.ledger.needs_nothing(line, "it is disabled, so it is left out");
  }
  Server server;
  server.name = line.word(1);
  server.line = &line;
  server.options = proxy.default_server;
  ServerOptionReader(line, server.options, reading.ledger).read(3);
  auto address = read_address(line.word(2));
  if (!address) return reading.ledger.cannot(line, line.word(2), address.error());
  server.address = *address;
  if (!has_port(server.address)) {
    reading.ledger.cannot(line, line.word(2),
                          "without a port HAProxy takes the one the client came to, Stickler 80; "
                          "write it");
  }
  reading.ledger.understood(line);
  proxy.servers.push_back(std::move(server));
}

}  // namespace stickler::haproxy
