// SPDX-License-Identifier: MIT
// One frontend, backend or listen section as values: what its lines and those of its defaults say,
// last word first. What has no setting here has been reported when this is made.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "haproxy/acl.h"
#include "haproxy/cfg.h"
#include "haproxy/draft.h"
#include "haproxy/ledger.h"
#include "haproxy/rule.h"

namespace stickler::haproxy {

// ---- where clients arrive ----

// An address of a `bind` line.
struct BindAddress {
  enum class Reach { ipv4, ipv6, both, one };  // all addresses of a family, of both, or `text` only
  Reach reach = Reach::one;
  unsigned port = 0;  // 0: a Unix socket
  std::string text;   // "127.0.0.1:80", "unix:/run/x"
};

// What of TLS a `bind` line or the global section says, by the names of listeners.NAME.tls.
struct Bind {
  std::vector<BindAddress> addresses;
  bool tls = false;
  Settings settings;
  const Line* line = nullptr;
};

// What bind lines start from.
struct TlsDefaults {
  Settings settings;
  std::string certificate_folder;  // crt-base
};

// ---- servers ----

// By the names of backends.NAME.check, backends.NAME and backends.NAME.servers.NAME.
struct ServerOptions {
  const Line* checked = nullptr;  // the line that says so
  bool disabled = false;
  Settings check;
  Settings backend;
  Settings server;
};

struct Server {
  std::string name;  // HAProxy's
  std::string our_name;
  std::string address;
  ServerOptions options;
  const Line* line = nullptr;
};

// What is asked of a server that is checked.
struct Probe {
  enum class Kind { connect, http, tls };
  Kind kind = Kind::connect;
  std::string method = "OPTIONS";
  std::string uri = "/";
  Lines from;
  Settings settings;  // expect, body, host, port, tls
  bool expects_body_only = false;
};

// ---- the whole ----

// Files, by status.
using ErrorPages = std::map<unsigned, Said>;

struct Proxy {
  const Section* section = nullptr;
  std::string name;  // HAProxy's
  Lines log_format;  // option httplog

  // As a frontend.
  std::vector<Bind> binds;
  Settings forwarded;
  Settings stats;
  bool has_stats_accounts = false;  // stats auth
  Settings metrics;
  std::optional<Said> request_id;                                        // unique-id-header
  std::optional<std::pair<std::string, const Line*>> own_address_field;  // forwardfor header NAME
  std::optional<Said> most_connections;
  std::optional<std::pair<std::string, const Line*>> default_backend;

  // As a backend.
  ServerOptions default_server;
  std::vector<Server> servers;
  Probe probe;
  Settings cookie;
  Settings retry;
  Settings backend;
  const Line* persists = nullptr;  // option persist
  bool redispatches = false;

  // As both.
  ErrorPages error_pages;
  Settings timeouts;  // by our names; "check" beside them
  Acls acls;
  std::vector<Rule> requests;  // monitor-uri and http-request
  std::vector<Rule> redirects;
  std::vector<Rule> choices;  // use_backend
  std::vector<Rule> pins;     // use-server
  std::vector<Rule> responses;

  bool is_front() const { return !binds.empty(); }
  bool may_have_servers() const { return section->kind != Section::Kind::frontend; }
};

struct Reading {
  const TlsDefaults& tls;
  Ledger& ledger;
};

// Of a section that is mode http and enabled. Also of a `defaults` that no section uses, so that
// its lines are accounted for.
Proxy read_proxy(const Section& section, const Reading& reading);

// What its lines and those it inherits say last.
bool is_http(const Section& section);
bool is_disabled(const Section& section);

// ---- the directives, by what they are about: proxy_*.cc ----

void read_bind(Proxy& proxy, const Line& line, const Reading& reading);
// The words of `bind` or ssl-default-bind-options behind `from`.
void read_tls_options(const Line& line, std::size_t from, const std::string& certificate_folder,
                      Bind& bind, Ledger& ledger);
// Whether they are the three of TLS 1.3 that are spoken anyway.
bool are_usual_suites(std::string_view list);
void read_server(Proxy& proxy, const Line& line, const Reading& reading);
void read_default_server(Proxy& proxy, const Line& line, const Reading& reading);
void read_cookie(Proxy& proxy, const Line& line, const Reading& reading);
void read_timeout(Proxy& proxy, const Line& line, const Reading& reading);
void read_stats(Proxy& proxy, const Line& line, const Reading& reading);
void read_metrics(Proxy& proxy, const Line& line, const Reading& reading);
void read_error_page(Proxy& proxy, const Line& line, const Reading& reading);
void read_option(Proxy& proxy, const Line& line, const Reading& reading);
void read_http_check(Proxy& proxy, const Line& line, const Reading& reading);
void read_httpchk(Proxy& proxy, const Line& line, const Reading& reading);

// What has no setting here, or needs none. What nobody knows is left to the ledger.
void read_without_setting(const Line& line, Ledger& ledger);

}  // namespace stickler::haproxy
