// SPDX-License-Identifier: MIT
#include "config/suggest.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "base/strings.h"

namespace stickler::config {
namespace {

// Sorted by word.
constexpr Foreign kForeign[] = {
    {"acl", "",
     "a route holds its own conditions: routes = { NAME = { path_prefix = \"/x/\"; … }; };"},
    {"add-header", "listeners.NAME.response.add", ""},
    {"algorithm", "backends.NAME.balance", ""},
    {"backend", "backends", ""},
    {"balance", "backends.NAME.balance", ""},
    {"bind", "listeners.NAME.bind", ""},
    {"bind port", "listeners.NAME.bind", ""},
    {"certfile", "listeners.NAME.tls.certificates", ""},
    {"certificate", "listeners.NAME.tls.certificates", ""},
    {"check inter", "backends.NAME.check.interval", ""},
    {"client body timeout", "timeouts.body", ""},
    {"client header timeout", "timeouts.head", ""},
    {"client max body size", "listeners.NAME.max_body", ""},
    {"connect timeout", "timeouts.connect", ""},
    {"cookie", "backends.NAME.cookie", ""},
    {"crt", "listeners.NAME.tls.certificates", ""},
    {"daemon", "", "Stickler stays in the foreground: run it under systemd"},
    {"default backend", "listeners.NAME.backend", ""},
    {"default-server", "backends.NAME.check", ""},
    {"defaults", "timeouts", ""},
    {"downinter", "backends.NAME.check.down_interval", ""},
    {"error page", "listeners.NAME.error_pages", ""},
    {"errorfile", "listeners.NAME.error_pages", ""},
    {"fastinter", "backends.NAME.check.fast_interval", ""},
    {"forwardfor", "listeners.NAME.forwarded.for", ""},
    {"frontend", "listeners", ""},
    {"frontends", "listeners", ""},
    {"global", "process", ""},
    {"grace", "process.stop_within", ""},
    {"hard-stop-after", "process.stop_within", ""},
    {"health check", "backends.NAME.check", ""},
    {"hosts", "listeners.NAME.routes.NAME.host", ""},
    {"http", "listeners", ""},
    {"http-check", "backends.NAME.check.expect", ""},
    {"http-request", "listeners.NAME.request", ""},
    {"http-response", "listeners.NAME.response", ""},
    {"httpchk", "backends.NAME.check.http", ""},
    {"insert", "backends.NAME.cookie.mode", ""},
    {"inter", "backends.NAME.check.interval", ""},
    {"ip hash", "backends.NAME.balance", ""},
    {"keepalive timeout", "timeouts.keepalive", ""},
    {"least conn", "backends.NAME.balance", ""},
    {"listen", "listeners", ""},
    {"listener", "listeners", ""},
    {"location", "listeners.NAME.routes", ""},
    {"max clients", "process.max_connections", ""},
    {"max connections", "process.max_connections", ""},
    {"max fails", "backends.NAME.check.fall", ""},
    {"maxconn", "process.max_connections", ""},
    {"maxqueue", "backends.NAME.max_queue", ""},
    {"mode", "", "there is nothing to choose: Stickler speaks HTTP"},
    {"nbproc", "process.workers", ""},
    {"nbthread", "process.workers", ""},
    {"option abortonclose", "backends.NAME.abort_on_close", ""},
    {"option forwardfor", "listeners.NAME.forwarded.for", ""},
    {"option httpchk", "backends.NAME.check.http", ""},
    {"option httplog", "log.format", ""},
    {"option redispatch", "backends.NAME.retry.redispatch", ""},
    {"path beg", "listeners.NAME.routes.NAME.path_prefix", ""},
    {"path reg", "listeners.NAME.routes.NAME.path_regex", ""},
    {"peers", "redis", ""},
    {"port", "listeners.NAME.bind", ""},
    {"proxy connect timeout", "timeouts.connect", ""},
    {"proxy pass", "backends.NAME.servers.NAME.address", ""},
    {"proxy read timeout", "timeouts.server", ""},
    {"proxy set header", "listeners.NAME.request.set", ""},
    {"redispatch", "backends.NAME.retry.redispatch", ""},
    {"reqadd", "listeners.NAME.request.add", ""},
    {"retries", "backends.NAME.retry.attempts", ""},
    {"return", "listeners.NAME.routes.NAME.answer", ""},
    {"rspadd", "listeners.NAME.response.add", ""},
    {"server", "backends.NAME.servers", ""},
    {"server name", "listeners.NAME.routes.NAME.host", ""},
    {"session", "backends.NAME.cookie", ""},
    {"set-header", "listeners.NAME.request.set", ""},
    {"ssl", "listeners.NAME.tls", ""},
    {"ssl certificate", "listeners.NAME.tls.certificates", ""},
    {"ssl certificate key", "listeners.NAME.tls.key", ""},
    {"ssl ciphers", "listeners.NAME.tls.ciphers", ""},
    {"ssl protocols", "listeners.NAME.tls.preset", ""},
    {"stats", "listeners.NAME.stats", ""},
    {"stick-table", "tables", ""},
    {"sticky", "backends.NAME.cookie", ""},
    {"sticky cookie", "backends.NAME.cookie", ""},
    {"timeout", "timeouts", ""},
    {"timeout body", "timeouts.body", ""},
    {"timeout check", "backends.NAME.check.timeout", ""},
    {"timeout client", "timeouts.client", ""},
    {"timeout client-hs", "timeouts.handshake", ""},
    {"timeout connect", "timeouts.connect", ""},
    {"timeout head", "timeouts.head", ""},
    {"timeout http-keep-alive", "timeouts.keepalive", ""},
    {"timeout http-request", "timeouts.head", ""},
    {"timeout keepalive", "timeouts.keepalive", ""},
    {"timeout queue", "timeouts.queue", ""},
    {"timeout server", "timeouts.server", ""},
    {"timeout tunnel", "timeouts.tunnel", ""},
    {"unique-id-header", "listeners.NAME.request_id", ""},
    {"upstream", "backends", ""},
    {"upstreams", "backends", ""},
    {"url", "backends.NAME.servers.NAME.address", ""},
    {"use backend", "listeners.NAME.routes", ""},
    {"use-server", "listeners.NAME.routes.NAME.server", ""},
    {"worker processes", "process.workers", ""},
};

char folded(char c) { return c == '_' || c == '-' ? ' ' : to_lower(c); }

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, folded, folded);
}

// Levenshtein's distance, a swap of neighbours counting as one.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t changed = last[j - 1] + (folded(a[i - 1]) == folded(b[j - 1]) ? 0 : 1);
      row[j] = std::min({changed, last[j] + 1, row[j - 1] + 1});
      bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
  if (std::ranges::all_of(word, is_digit)) return {};
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (std::string_view candidate : known) {
    if (word.size() >= 3 && candidate.starts_with(word)) return candidate;
    std::size_t steps = distance(word, candidate);
    if (steps >= best_distance || steps >= candidate.size()) continue;
    best = candidate;
    best_distance = steps;
  }
  return best;
}

std::span<const Foreign> foreign_words() { return kForeign; }

const Foreign* find_foreign(std::string_view word) {
  for (const Foreign& foreign : kForeign) {
    if (same_word(foreign.word, word)) return &foreign;
  }
  return nullptr;
}

}  // namespace stickler::config
