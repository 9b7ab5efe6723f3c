// SPDX-License-Identifier: MIT
// HAProxy's directives without a setting: those that need none, because Stickler does it by itself
// or leaves it to the system, and those that it does not have. Tables only.
#include <algorithm>
#include <array>
#include <span>

#include "haproxy/global.h"
#include "haproxy/proxy.h"

namespace stickler::haproxy {
namespace {

enum class Verdict { needs_nothing, cannot };

// `words` are those a line begins with; the longest entry that fits is the one.
struct Entry {
  std::string_view words;
  Verdict verdict;
  std::string_view why;
};

constexpr Verdict kFine = Verdict::needs_nothing;
constexpr Verdict kCannot = Verdict::cannot;

constexpr std::string_view kOwnBusiness = "Stickler sees to that by itself";
constexpr std::string_view kTuning = "it tunes HAProxy's own workings";

// ---- in defaults, frontends and backends ----

constexpr std::string_view kTables =
    "write it as tables and backends.NAME.stick: docs/sticky-tables.md";

constexpr std::array<Entry, 78> kInProxies{{
    {"backlog", kFine, "the system's limit holds (net.core.somaxconn)"},
    {"bind-process", kFine, kTuning},
    {"capture", kCannot, "the access log has HAProxy's fields, and no more"},
    {"clitcpka-cnt", kFine, kTuning},
    {"clitcpka-idle", kFine, kTuning},
    {"clitcpka-intvl", kFine, kTuning},
    {"compression", kCannot, "Stickler does not compress; let the servers do it"},
    {"declare", kCannot, "the access log has HAProxy's fields, and no more"},
    {"description", kFine, "it is a comment"},
    {"dispatch", kCannot, "write its address as the only server of a backend"},
    {"dynamic-cookie-key", kCannot, "the cookie holds a server's name, not a hash of its address"},
    {"email-alert", kCannot, "Stickler sends no mail; its log says what goes down and why"},
    {"errorfiles", kCannot, "write each page of that section into listeners.NAME.error_pages"},
    {"errorloc", kCannot, "write a route with a redirect"},
    {"errorloc302", kCannot, "write a route with a redirect"},
    {"errorloc303", kCannot, "write a route with a redirect"},
    {"external-check", kCannot, "a check is made by Stickler itself; write check.http"},
    {"filter", kCannot, "there are no filters"},
    {"force-persist", kCannot, "a server that is down is not asked"},
    {"fullconn", kFine, "maxconn of a server is a fixed number"},
    {"guid", kFine, kTuning},
    {"http-error", kCannot,
     "write the page into a file, and name it in listeners.NAME.error_pages"},
    {"http-send-name-header", kCannot, "write request.set with the variable ${server}"},
    {"id", kFine, kTuning},
    {"ignore-persist", kCannot, "write a route; one that pins a server leaves the session alone"},
    {"load-server-state-from-file", kFine, "servers are checked at once when Stickler starts"},
    {"log-format", kCannot, "the access log has HAProxy's format httplog, and no other yet"},
    {"log-format-sd", kCannot, "the access log has HAProxy's format httplog, and no other yet"},
    {"log-tag", kFine, "journald knows who said it"},
    {"max-keep-alive-queue", kFine, kOwnBusiness},
    {"monitor fail", kCannot, "what monitor-uri answers is fixed"},
    {"monitor-net", kCannot, "write a route for the path that is asked"},
    {"option accept-invalid-http-request", kCannot,
     "what two programs could understand differently is refused"},
    {"option accept-invalid-http-response", kCannot,
     "what two programs could understand differently is refused"},
    {"option allbackups", kCannot, "the first backup that is usable takes part, one at a time"},
    {"option checkcache", kCannot,
     "answers are not looked through for cookies; see cookie.nocache"},
    {"option clitcpka", kFine, kTuning},
    {"option contstats", kFine, kTuning},
    {"option disable-h2-upgrade", kFine, kOwnBusiness},
    {"option dontlog-normal", kCannot, "every request is logged, or none (log.access)"},
    {"option dontlognull", kFine, "a connection without a request is not logged"},
    {"option external-check", kCannot, "a check is made by Stickler itself; write check.http"},
    {"option forwarded", kCannot, "servers are told by X-Forwarded-For, -Proto and -Host"},
    {"option h1-case-adjust-bogus-client", kFine, "names of fields keep their case"},
    {"option h1-case-adjust-bogus-server", kFine, "names of fields keep their case"},
    {"option http-buffer-request", kFine, "bodies are passed on as they come"},
    {"option http-ignore-probes", kFine, kOwnBusiness},
    {"option http-keep-alive", kFine, "connections are kept on both sides"},
    {"option http-no-delay", kFine, kOwnBusiness},
    {"option http-pretend-keepalive", kFine, kOwnBusiness},
    {"option http-server-close", kFine, "connections are kept on both sides; keepalive limits it"},
    {"option http-use-htx", kFine, kTuning},
    {"option httpclose", kFine, "connections are kept on both sides; timeouts.keepalive limits it"},
    {"option httpslog", kCannot, "the access log has HAProxy's format httplog, and no other yet"},
    {"option idle-close-on-response", kFine, kOwnBusiness},
    {"option independent-streams", kFine, kOwnBusiness},
    {"option log-health-checks", kFine, "the log says what goes down and why"},
    {"option log-separate-errors", kFine, "the log says of each line how grave it is"},
    {"option logasap", kCannot, "a request is logged when it is over"},
    {"option nolinger", kFine, kTuning},
    {"option originalto", kCannot, "servers are told by X-Forwarded-For, -Proto and -Host"},
    {"option prefer-last-server", kFine, "a session has a cookie; else there is nothing to prefer"},
    {"option socket-stats", kFine, kTuning},
    {"option splice-auto", kFine, kTuning},
    {"option splice-request", kFine, kTuning},
    {"option splice-response", kFine, kTuning},
    {"option srvtcpka", kFine, kTuning},
    {"option tcp-smart-accept", kFine, kTuning},
    {"option tcp-smart-connect", kFine, kTuning},
    {"option tcpka", kFine, kTuning},
    {"option tcplog", kFine, "requests are logged as httplog (log.format)"},
    {"server-template", kCannot, "write each server with an address of its own"},
    {"source", kCannot, "the system chooses the address that servers see"},
    {"stick", kCannot, kTables},
    {"stick-table", kCannot, kTables},
    {"tcp-request", kCannot, "connections are not judged; a firewall can do that"},
    {"tcp-response", kCannot, "answers are not judged"},
    {"unique-id-format", kFine, "each request has an id, in a form of Stickler's own (request_id)"},
}};

// ---- gone from HAProxy itself since 2.1 ----

constexpr std::array<Entry, 13> kOfOldTimes{{
    {"appsession", kCannot, "write a cookie; HAProxy no longer has it either"},
    {"block", kCannot, "write http-request deny; HAProxy no longer has it either"},
    {"clitimeout", kCannot, "write timeout client; HAProxy no longer has it either"},
    {"contimeout", kCannot, "write timeout connect; HAProxy no longer has it either"},
    {"redisp", kCannot, "write option redispatch; HAProxy no longer has it either"},
    {"reqadd", kCannot, "write http-request add-header; HAProxy no longer has it either"},
    {"reqdel", kCannot, "write http-request del-header; HAProxy no longer has it either"},
    {"reqidel", kCannot, "write http-request del-header; HAProxy no longer has it either"},
    {"reqirep", kCannot, "write http-request set-header; HAProxy no longer has it either"},
    {"reqrep", kCannot, "write http-request set-header; HAProxy no longer has it either"},
    {"rspadd", kCannot, "write http-response add-header; HAProxy no longer has it either"},
    {"rspidel", kCannot, "write http-response del-header; HAProxy no longer has it either"},
    {"srvtimeout", kCannot, "write timeout server; HAProxy no longer has it either"},
}};

// ---- in global ----

constexpr std::string_view kSystemd = "that is left to systemd";

constexpr std::array<Entry, 52> kInGlobal{{
    {"busy-polling", kFine, kTuning},
    {"chroot", kFine, kSystemd},
    {"cluster-secret", kFine, kTuning},
    {"cpu-map", kFine, kTuning},
    {"daemon", kFine, "Stickler stays in the foreground: run it under systemd"},
    {"default-path", kCannot, "paths are written whole"},
    {"description", kFine, "it is a comment"},
    {"expose-experimental-directives", kFine, kTuning},
    {"external-check", kCannot, "a check is made by Stickler itself; write check.http"},
    {"grace", kFine, kOwnBusiness},
    {"h1-case-adjust", kFine, "names of fields keep their case"},
    {"h1-case-adjust-file", kFine, "names of fields keep their case"},
    {"httpclient", kFine, kTuning},
    {"insecure-fork-wanted", kFine, kTuning},
    {"insecure-setuid-wanted", kFine, kTuning},
    {"issuers-chain-path", kFine, "write the whole chain into the certificate's file"},
    {"localpeer", kFine, kTuning},
    {"log-send-hostname", kFine, "journald knows who said it"},
    {"log-tag", kFine, "journald knows who said it"},
    {"lua-load", kCannot, "there is no Lua"},
    {"lua-load-per-thread", kCannot, "there is no Lua"},
    {"lua-prepend-path", kCannot, "there is no Lua"},
    {"master-worker", kFine, kSystemd},
    {"max-spread-checks", kFine, kOwnBusiness},
    {"maxcompcpuusage", kFine, kTuning},
    {"maxcomprate", kFine, kTuning},
    {"maxpipes", kFine, kTuning},
    {"maxsslconn", kFine, "process.max_connections limits those with TLS, too"},
    {"mworker-max-reloads", kFine, kTuning},
    {"node", kFine, kTuning},
    {"numa-cpu-mapping", kFine, kTuning},
    {"pidfile", kFine, kSystemd},
    {"presetenv", kFine, "its value is used where the lines below name it"},
    {"profiling", kFine, kTuning},
    {"resetenv", kFine, kTuning},
    {"server-state-base", kFine, "servers are checked at once when Stickler starts"},
    {"server-state-file", kFine,
     "runtime.state_file keeps what administrators have set; name a file of its own there"},
    {"set-dumpable", kFine, kSystemd},
    {"setenv", kFine, "its value is used where the lines below name it"},
    {"spread-checks", kFine, kOwnBusiness},
    {"stats", kFine, kOwnBusiness},
    {"ssl-default-server", kFine, "servers are spoken to in plain HTTP"},
    {"ssl-dh-param-file", kFine, "keys are exchanged over elliptic curves"},
    {"ssl-engine", kCannot, "OpenSSL is used as it comes"},
    {"ssl-server-verify", kFine, "servers are spoken to in plain HTTP"},
    {"strict-limits", kFine, kSystemd},
    {"thread-groups", kFine, kTuning},
    {"tune", kFine, kTuning},
    {"ulimit-n", kFine, kSystemd},
    {"unsetenv", kFine, "its value is used where the lines below name it"},
    {"wurfl", kCannot, "devices are not told apart"},
    {"zero-warning", kFine, "stickler check --warnings-as-errors is that"},
}};

// How many characters of the entry's words the line begins with; 0: it is another.
std::size_t fit(const Line& line, std::string_view words) {
  std::size_t space = words.find(' ');
  if (space == std::string_view::npos) return line.word(0) == words ? words.size() : 0;
  bool both = line.word(0) == words.substr(0, space) && line.word(1) == words.substr(space + 1);
  return both ? words.size() : 0;
}

// True if the table has the line.
bool tell(const Line& line, std::span<const Entry> table, Ledger& ledger) {
  const Entry* best = nullptr;
  for (const Entry& entry : table) {
    std::size_t size = fit(line, entry.words);
    if (size > (best == nullptr ? 0 : best->words.size())) best = &entry;
  }
  if (best == nullptr) return false;
  if (best->verdict == Verdict::cannot) {
    ledger.cannot(line, std::string(best->why));
  } else {
    ledger.needs_nothing(line, std::string(best->why));
  }
  return true;
}

}  // namespace

void read_without_setting(const Line& line, Ledger& ledger) {
  if (!tell(line, kInProxies, ledger)) tell(line, kOfOldTimes, ledger);
}

void read_global_without_setting(const Line& line, Ledger& ledger) {
  // "ssl-default-server-options", "tune.ssl.maxrecord": families.
  Line family = line;
  if (line.word(0).starts_with("tune.")) family.words[0] = "tune";
  if (line.word(0).starts_with("wurfl-")) family.words[0] = "wurfl";
  if (line.word(0).starts_with("ssl-default-server-")) family.words[0] = "ssl-default-server";
  if (line.word(0).starts_with("httpclient.")) family.words[0] = "httpclient";
  if (line.word(0).starts_with("profiling.")) family.words[0] = "profiling";
  tell(family, kInGlobal, ledger);
}

}  // namespace stickler::haproxy
