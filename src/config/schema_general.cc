// SPDX-License-Identifier: MIT
// Rows of the file as a whole, and of process, log and timeouts.
#include "config/schema_rows.h"

namespace stickler::config {
namespace {

using namespace std::chrono_literals;

constexpr Setting kProcessRows[] = {
    text<&Process::user>("user",
                         "Account to run as once ports are open; empty: the one that started it.")
        .called("user"),
    text<&Process::group>("group", "Group to run as; empty: the primary group of the user.")
        .called("group"),
    integer<&Process::workers>("workers", "Threads that carry requests; 0: one per core.")
        .between(0, 256)
        .called("nbthread"),
    integer<&Process::max_connections>(
        "max_connections",
        "Client connections at once; beyond, accepting pauses. 0: what file descriptors allow.")
        .between(0, 10'000'000)
        .called("maxconn"),
    duration<&Process::stop_within>(
        "stop_within", "How long a graceful stop waits for running requests and tunnels.")
        .between(1ms, kDay)
        .called("hard-stop-after"),
};

// "0660": as chmod has it.
std::optional<Complaint> check_mode(std::string_view text) {
  const bool octal =
      text.size() >= 3 && text.size() <= 4 && text.find_first_not_of("01234567") == text.npos;
  if (octal) return std::nullopt;
  return Complaint{"is not a file mode", "write \"0660\""};
}

void store_mode(void* runtime, const Value& value) {
  const std::string& text = std::get<std::string>(value);
  static_cast<Runtime*>(runtime)->mode = static_cast<unsigned>(std::stoul(text, nullptr, 8));
}

constexpr Setting kRuntimeRows[] = {
    text<&Runtime::socket>("socket", "The file of the socket; empty: there is none.")
        .like("file", check_file_path)
        .called("stats socket"),
    special(Form::text, "mode", store_mode, "Who may use the socket, as a file's mode.")
        .like("octal", check_mode)
        .by_default("\"0660\"")
        .called("stats socket … mode"),
    text<&Runtime::group>("group", "The group of the socket's file; empty: that of the process.")
        .called("stats socket … group"),
    text<&Runtime::state_file>(
        "state_file",
        "Keeps over restarts what administrators have set: drain, maint, weights, addresses.")
        .like("file", check_file_path)
        .called("server-state-file"),
};

constexpr Word kLevels[] = {{"debug", static_cast<int>(Log::Level::debug)},
                            {"info", static_cast<int>(Log::Level::info)},
                            {"warning", static_cast<int>(Log::Level::warning)},
                            {"error", static_cast<int>(Log::Level::error)}};
constexpr Word kAccessLogs[] = {{"stdout", static_cast<int>(Log::Access::to_stdout)},
                                {"file", static_cast<int>(Log::Access::to_file)},
                                {"syslog", static_cast<int>(Log::Access::to_syslog)},
                                {"off", static_cast<int>(Log::Access::off)}};
constexpr Word kLogFormats[] = {{"httplog", static_cast<int>(Log::Format::httplog)},
                                {"json", static_cast<int>(Log::Format::json)}};

constexpr Setting kLogRows[] = {
    word<&Log::level>("level", kLevels,
                      "The least important messages of the program that are still written, "
                      "always to standard output.")
        .called("log … level"),
    word<&Log::access>("access", kAccessLogs, "Where one line per request goes.")
        .called("log stdout"),
    word<&Log::format>("format", kLogFormats,
                       "How it is written: as HAProxy does, or as one JSON object.")
        .called("option httplog"),
    text<&Log::access_file>(
        "access_file",
        "The file of access = \"file\": made with mode 0640, appended to, opened anew at SIGUSR1.")
        .like("/path", check_file_path),
    size<&Log::length>("length",
                       "The longest line of httplog, with its end and what syslog puts before it; "
                       "what is longer is cut.")
        .between(80, kMegabyte)
        .called("log … len"),
    group<&Log::syslog>("syslog", kSyslogSection, "The daemon of access = \"syslog\".")
        .called("log ADDRESS"),
};

constexpr Word kSyslogProtocols[] = {{"rfc3164", static_cast<int>(Syslog::Protocol::rfc3164)},
                                     {"rfc5424", static_cast<int>(Syslog::Protocol::rfc5424)}};
constexpr Word kFramings[] = {{"auto", static_cast<int>(Syslog::Framing::automatic)},
                              {"newline", static_cast<int>(Syslog::Framing::newline)},
                              {"octets", static_cast<int>(Syslog::Framing::octets)}};
// RFC 5424 §6.2.1, with the names of syslog(3).
constexpr Word kFacilities[] = {{"local0", 16}, {"local1", 17}, {"local2", 18},   {"local3", 19},
                                {"local4", 20}, {"local5", 21}, {"local6", 22},   {"local7", 23},
                                {"user", 1},    {"daemon", 3},  {"kern", 0},      {"mail", 2},
                                {"auth", 4},    {"syslog", 5},  {"lpr", 6},       {"news", 7},
                                {"uucp", 8},    {"cron", 9},    {"authpriv", 10}, {"ftp", 11}};
constexpr Word kSeverities[] = {{"debug", 7}, {"info", 6}, {"notice", 5}, {"warning", 4},
                                {"err", 3},   {"crit", 2}, {"alert", 1},  {"emerg", 0}};

constexpr Setting kSyslogRows[] = {
    text<&Syslog::address>("address", "Where it listens.")
        .like("unix:/path, unix-stream:/path, udp:host:port or tcp:host:port", check_log_address)
        .called("log ADDRESS"),
    word<&Syslog::protocol>("protocol", kSyslogProtocols, "What stands before each line.")
        .called("log … format"),
    word<&Syslog::facility>("facility", kFacilities, "Its kind.").called("log … FACILITY"),
    word<&Syslog::severity>("severity", kSeverities, "Its importance.").called("log … LEVEL"),
    text<&Syslog::tag>("tag", "The name of the program.")
        .like("name", check_log_tag)
        .called("log-tag"),
    word<&Syslog::framing>("framing", kFramings,
                           "Where a line ends in a stream (RFC 6587): at a line feed, or after "
                           "as many octets as stand before it; \"auto\": octets over tcp.")
        .called("ring … format"),
};

constexpr Setting kTimeoutRows[] = {
    duration<&Timeouts::queue>("queue",
                               "Waiting for a usable server or a free place on it; then 503.")
        .between(1ms, kDay * 30)
        .or_off()
        .called("timeout queue"),
    duration<&Timeouts::connect>("connect", "One attempt to connect to a server.")
        .between(1ms, 1h)
        .called("timeout connect"),
    duration<&Timeouts::client>("client", "Silence of a client that should read its answer.")
        .between(1ms, kDay * 30)
        .or_off()
        .called("timeout client"),
    duration<&Timeouts::server>("server", "Silence of a server, before its answer and inside it.")
        .between(1ms, kDay * 30)
        .or_off()
        .called("timeout server"),
    duration<&Timeouts::tunnel>("tunnel",
                                "Silence in both directions of a WebSocket or other tunnel.")
        .between(1ms, kDay * 365)
        .or_off()
        .called("timeout tunnel"),
    duration<&Timeouts::tunnel_age>("tunnel_age", "The whole life of a tunnel, busy or not.")
        .between(1ms, kDay * 365)
        .or_off(),
    duration<&Timeouts::head>("head",
                              "From the first byte of a request's head to its last; then 408.")
        .between(1ms, 1h)
        .by_default("as `client`")
        .called("timeout http-request"),
    duration<&Timeouts::keepalive>("keepalive", "A client's connection between two requests.")
        .between(1ms, kDay)
        .by_default("as `client`")
        .called("timeout http-keep-alive"),
    duration<&Timeouts::body>("body", "Silence of a client inside the body it sends; then 408.")
        .between(1ms, kDay)
        .or_off()
        .by_default("as `client`")
        .called("timeout client"),
    duration<&Timeouts::handshake>("handshake", "The whole TLS handshake.")
        .between(1ms, 1h)
        .by_default("as `client`")
        .called("timeout client-hs"),
    duration<&Timeouts::discard>(
        "discard", "Reading the rest of a body nobody wants, so that the client sees the answer.")
        .between(1ms, 1h),
};

constexpr Setting kFileRows[] = {
    group<&Config::process>("process", kProcessSection, "The process: account, threads, limits."),
    group<&Config::runtime>("runtime", kRuntimeSection,
                            "The socket on which the running program is asked and steered.")
        .called("stats socket"),
    group<&Config::log>("log", kLogSection, "What is written about it all."),
    group<&Config::timeouts>("timeouts", kTimeoutsSection,
                             "Time limits for every listener and backend that sets none itself.")
        .called("defaults"),
    texts<&Config::error_files>("error_pages",
                                "Error pages of all listeners, where they have none themselves.")
        .like("[status] /file or /folder", check_error_file)
        .called("errorfile"),
    named_groups<&Config::listeners>(
        "listeners", kListenerSection,
        "Where clients arrive; needed unless there are clusters: `stickler register` and `stickler "
        "monitor` do without.")
        .called("frontend, listen"),
    named_groups<&Config::backends>("backends", kBackendSection, "Groups of servers.")
        .called("backend, listen"),
    named_groups<&Config::tables>("tables", kTableSection, "Stick tables, for backends to use.")
        .called("stick-table"),
    group<&Config::redis>("redis", kRedisSection, "What tables are shared through.")
        .called("peers"),
    named_groups<&Config::clusters>("clusters", kClusterSection,
                                    "Nodes among which keys are divided, by agreement in etcd."),
};

}  // namespace

constinit const Section kProcessSection{"The process as a whole.", kProcessRows,
                                        defaults_of<Process>};
const Section kRuntimeSection{
    "The socket for `stickler show`, `drain`, `reload` and HAProxy's tools.", kRuntimeRows,
    defaults_of<Runtime>};
constinit const Section kLogSection{
    "The program's own log, and the access log with one line per request.", kLogRows,
    defaults_of<Log>};
constinit const Section kSyslogSection{
    "The access log's way to a syslog daemon. While the daemon is away lines wait, as many as "
    "there "
    "is room for; what does not fit is dropped and counted.",
    kSyslogRows, defaults_of<Syslog>};
constinit const Section kTimeoutsSection{
    "Limits of inactivity, unless the sentence says otherwise. A listener or backend may have a "
    "`timeouts` group of its own: what it sets there comes before what the file sets.",
    kTimeoutRows, defaults_of<Timeouts>};
constinit const Section kFileSection{"", kFileRows, defaults_of<Config>};

}  // namespace stickler::config
