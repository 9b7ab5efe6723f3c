// SPDX-License-Identifier: MIT
#include "haproxy/differences.h"

#include <algorithm>
#include <functional>

namespace stickler::haproxy {
namespace {

bool asks_servers(const Proxy& proxy) {
  return proxy.is_front() &&
         (proxy.default_backend || !proxy.choices.empty() || !proxy.servers.empty());
}

class Differences {
 public:
  Differences(const std::deque<Proxy>& proxies, const Global& global)
      : proxies_(proxies), global_(global) {}

  std::vector<std::string> run() {
    add_clients();
    add_sessions();
    add_servers();
    add_limits();
    say("docs/migrate-from-haproxy.md has all of them, and why.");
    return std::move(sentences_);
  }

 private:
  void say(std::string sentence) { sentences_.push_back(std::move(sentence)); }

  bool any(const std::function<bool(const Proxy&)>& is) const {
    return std::ranges::any_of(proxies_, is);
  }
  bool is_set_nowhere(std::string_view limit) const {
    return !any([&](const Proxy& proxy) { return proxy.timeouts.contains(limit); });
  }

  void add_clients() {
    auto any_ipv4 = [](const Bind& bind) {
      return std::ranges::find(bind.addresses, BindAddress::Reach::ipv4, &BindAddress::reach) !=
             bind.addresses.end();
    };
    if (any([&](const Proxy& p) { return std::ranges::any_of(p.binds, any_ipv4); })) {
      say("An address without a host, as \":80\", is of IPv4 and IPv6; HAProxy's is of IPv4.");
    }
    if (any([](const Proxy& p) { return asks_servers(p) && p.forwarded.empty(); })) {
      say("X-Forwarded-For, -Proto and -Host are set for servers (forwarded), even where no option "
          "forwardfor stands.");
    } else {
      say("X-Forwarded-Host is set for servers, and X-Forwarded-Proto always (forwarded).");
    }
    if (any([](const Proxy& p) { return asks_servers(p) && !p.request_id; })) {
      say("Servers get an X-Request-ID with each request (request_id).");
    }
    if (any([](const Proxy& p) { return !p.responses.empty(); })) {
      say("Edits of responses are on Stickler's own answers, too: redirects and errors.");
    }
    if (global_.log.empty()) say("Requests are logged to standard output (log.access).");
    say("Request heads may have 64 kB (max_head); HAProxy's may have 15.");
  }

  void add_sessions() {
    if (any([](const Proxy& p) { return !p.cookie.empty() && !p.servers.empty(); })) {
      say("The session cookie is renewed once a minute (cookie.refresh); it never reaches servers "
          "(HAProxy: with indirect); behind TLS it is Secure, HttpOnly, SameSite=Lax, and lives as "
          "long as maxidle.");
    }
    if (any([](const Proxy& p) { return !p.pins.empty(); })) {
      say("A server that a route pins answers or nobody does: 503 while it is down (strict = false "
          "for another one); the session's cookie is left alone.");
    }
  }

  void add_servers() {
    say("A server takes requests after its first good check; HAProxy takes it for up before.");
    if (any([](const Proxy& p) { return !p.servers.empty() && !p.retry.contains("redispatch"); })) {
      say("Each further attempt to connect may go to another server (retry.redispatch), as with "
          "option redispatch 1.");
    }
    say("Idle connections to servers are closed after 60 s (keepalive), and a client that has gone "
        "frees its server (abort_on_close).");
  }

  void add_limits() {
    if (is_set_nowhere("queue")) {
      say("timeouts.queue is 1m; HAProxy's timeout queue is timeout connect.");
    }
    say("While no server is up requests wait for one, as long as timeouts.queue; HAProxy answers "
        "503 at once.");
    if (is_set_nowhere("tunnel")) {
      say("timeouts.tunnel is 23h; HAProxy ends a WebSocket after timeout client or server.");
    }
    if (is_set_nowhere("client")) say("timeouts.client is 1m; HAProxy has no limit.");
    if (is_set_nowhere("server")) say("timeouts.server is 10m; HAProxy has no limit.");
    if (is_set_nowhere("connect")) say("timeouts.connect is 15s; HAProxy has no limit.");
    say("A client that stops in the middle of its body gets 408 after timeouts.body, which is "
        "timeouts.client; in HAProxy timeout server ends it.");
  }

  const std::deque<Proxy>& proxies_;
  const Global& global_;
  std::vector<std::string> sentences_;
};

}  // namespace

std::vector<std::string> differences(const std::deque<Proxy>& proxies, const Global& global) {
  return Differences(proxies, global).run();
}

}  // namespace stickler::haproxy
