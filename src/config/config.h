// SPDX-License-Identifier: MIT
// The configuration as typed values: what a file says, with every default filled in and every
// inherited time limit resolved. Built by load.h, immutable afterwards, shared by all threads as a
// shared_ptr<const Config>. Named groups keep the order of the file: order is precedence.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/units.h"

namespace stickler::config {

// Where a setting stands in the file; line 0 for a default.
struct Origin {
  std::string file;
  int line = 0;
};

// One name and value of a group whose names are free, as `set = { X-Served-By = "${server}"; }`.
using NameValue = std::pair<std::string, std::string>;

// Changes to the fields of a head. Values may hold variables: ${client}, ${server}, ${backend},
// ${route}, ${listener}, ${scheme}, ${host}, ${tls_version}, ${request_id}. Applied in the order of
// the members.
struct FieldEdits {
  std::vector<std::string> remove;
  std::vector<NameValue> set;
  std::vector<NameValue> add;
};

// Limits of inactivity unless said otherwise; kNoLimit (from "off") means none.
// A listener or a backend may override any of them in a `timeouts` group of its own; the loader
// resolves that, so each holds a complete set here.
struct Timeouts {
  Duration queue = std::chrono::minutes(1);  // waiting for a usable server or a free slot (total)
  Duration connect = std::chrono::seconds(15);   // one connection attempt
  Duration client = std::chrono::minutes(1);     // client reads nothing of the answer
  Duration server = std::chrono::minutes(10);    // server sends nothing of its answer
  Duration tunnel = std::chrono::hours(23);      // tunnel without a byte either way
  Duration tunnel_age = kNoLimit;                // tunnel's whole life
  Duration head = std::chrono::minutes(1);       // whole request head (total; defaults to client)
  Duration keepalive = std::chrono::minutes(1);  // client between two requests (defaults to client)
  Duration body = std::chrono::minutes(1);       // client sends nothing of its body (ditto)
  Duration handshake = std::chrono::minutes(1);  // TLS handshake (total; defaults to client)
  Duration discard = std::chrono::seconds(5);    // reading the rest of a body nobody wants (total)
};

struct Process {
  std::string user;              // "" : stay who we are
  std::string group;             // "" : the user's primary group
  unsigned workers = 0;          // 0 : one per core
  unsigned max_connections = 0;  // client connections; 0 : what descriptors allow
  Duration stop_within = std::chrono::seconds(30);  // graceful stop: then everything is cut
};

// The socket on which the running program is asked and steered.
struct Runtime {
  std::string socket;      // a path; "" : none
  unsigned mode = 0660;    // of the socket's file
  std::string group;       // "" : the process's
  std::string state_file;  // what administrators have set, kept over restarts; "" : it is not
};

// Where and how access lines go to a syslog daemon.
struct Syslog {
  enum class Protocol { rfc3164, rfc5424 };
  enum class Framing { automatic, newline, octets };
  std::string address = "unix:/dev/log";  // "unix-stream:/path", "udp:host:port", "tcp:host:port"
  Protocol protocol = Protocol::rfc3164;
  Framing framing = Framing::automatic;  // of streams; automatic: octets over TCP
  unsigned facility = 16;                // local0
  unsigned severity = 6;                 // info
  std::string tag = "stickler";

  bool operator==(const Syslog&) const = default;
};

struct Log {
  enum class Level { debug, info, warning, error };
  enum class Access { off, to_stdout, to_file, to_syslog };
  enum class Format { httplog, json };
  Level level = Level::info;
  Access access = Access::to_stdout;
  Format format = Format::httplog;
  std::string access_file;      // of to_file
  std::uint64_t length = 1024;  // of httplog: bytes of a line with its end, syslog's head included
  Syslog syslog;                // of to_syslog

  bool operator==(const Log&) const = default;
};

// Where a listener listens, as written: ":443" (both families), "0.0.0.0:80", "[::]:443",
// "127.0.0.1:8443", "unix:/run/stickler.http".
struct Bind {
  std::string text;
  Origin origin;
};

struct Tls {
  enum class Preset { modern, intermediate, old };
  // Files or directories. A file holds a chain and, unless `key` or a neighbour (x.key beside
  // x.crt/x.pem, privkey.pem beside fullchain.pem) holds it, the private key.
  std::vector<std::string> certificates;
  std::string key;  // only with a single certificate file
  Preset preset = Preset::intermediate;
  std::string ciphers;      // TLS 1.2 list in OpenSSL's form; "" : the preset's
  bool strict_sni = false;  // refuse names that no certificate bears, instead of using the first
  bool tickets = true;
  unsigned session_cache = 20'000;  // sessions kept for resumption by id; 0 : none
};

struct Redirect {
  std::string scheme;   // "" : keep
  std::string host;     // "" : the request's, without its port
  unsigned port = 0;    // 0 : the scheme's own
  std::string path;     // "" : the request's path and query
  unsigned code = 302;  // 301, 302, 303, 307, 308
};

// A fixed answer.
struct Answer {
  unsigned status = 200;
  std::string body;
  std::string content_type = "text/plain; charset=utf-8";
  std::vector<NameValue> fields;
};

// X-Forwarded-For, -Proto, -Host.
struct Forwarded {
  enum class For { append, replace, off };
  For client = For::append;  // `for`
  bool proto = true;
  bool host = true;
  std::vector<std::string> trust;  // "10.0.0.0/8", "::1": from these what they sent is kept
};

struct FieldMatch {
  std::string name;
  std::string value;  // "" : present with any value; else equal
};

struct Route {
  std::string name;
  Origin origin;
  // All that are given must fit. Hosts: without port, any case, "*.example.com" for subdomains.
  std::vector<std::string> hosts;
  std::vector<std::string> paths;  // exact
  std::vector<std::string> path_prefixes;
  std::string path_regex;  // RE2, matches the whole path
  std::vector<std::string> methods;
  std::vector<FieldMatch> fields;
  // What happens: at most one of redirect, answer; else the backend (or the listener's),
  // with a server pinned if `server` is given.
  std::optional<Redirect> redirect;
  std::optional<Answer> answer;
  std::string backend;
  std::string server;
  bool strict = true;                     // pinned server unusable: 503; false: another one
  std::optional<std::uint64_t> max_body;  // bytes; 0 : no limit
  FieldEdits request;
  FieldEdits response;
};

// A page about the program itself, at an exact path of a listener.
struct Page {
  std::string uri;
  std::string password_file;                   // "" : whoever reaches the listener may see it
  std::vector<NameValue> accounts;             // user and password, from that file
  Duration refresh = std::chrono::seconds(5);  // the statistics page loads itself anew; 0: not
};

// Sent with its status in place of Stickler's own page.
struct ErrorPage {
  unsigned status = 0;
  std::string file;
  std::string content_type;
  std::string body;  // ${request_id} and ${status} are replaced
};

// What a listener shows and takes of a cluster.
struct ClusterAdmin : Page {
  std::string cluster;
};

struct Listener {
  std::string name;
  Origin origin;
  std::vector<Bind> binds;
  std::optional<Tls> tls;
  std::optional<Redirect> redirect;
  std::string backend;        // "" only if every request is redirected or routed
  std::vector<Route> routes;  // first match wins
  std::optional<Page> stats;
  std::optional<Page> metrics;
  std::optional<ClusterAdmin> cluster_admin;
  std::vector<std::string>
      error_files;  // as written: "503 /down.html", "/errors/503.html", "/errors"
  std::vector<ErrorPage> error_pages;  // what is in them, and in the file's where they have none
  Forwarded forwarded;
  std::string request_id = "X-Request-ID";  // the field with each request's id; "" : there is none
  FieldEdits request;
  FieldEdits response;
  std::uint64_t max_body = 0;            // bytes; 0 : no limit
  std::uint64_t max_head = 64 * 1024;    // bytes of a request head, request line included
  std::uint64_t max_target = 16 * 1024;  // bytes of a request target; beyond: 414
  unsigned max_fields = 100;
  Timeouts timeouts;
};

struct Cookie {
  enum class Secure { automatic, always, never };
  enum class SameSite { unset, lax, strict, none };
  std::string name;
  Duration maxidle = kNoLimit;
  Duration maxlife = kNoLimit;
  Duration refresh = std::chrono::minutes(1);  // at most one renewal in this time
  bool nocache = false;
  bool preserve = false;              // keep a cookie of this name that a server sets
  std::optional<bool> httponly;       // unset: on behind TLS
  Secure secure = Secure::automatic;  // automatic: when the client came by TLS
  std::optional<SameSite> samesite;   // unset: Lax behind TLS
  std::vector<std::string> domains;
  std::string path = "/";
};

struct Check {
  enum class Kind { off, http, tcp, tls };
  Kind kind = Kind::http;
  std::string method = "HEAD";
  std::string path = "/status";
  std::string host;  // "" : the server's address as written
  std::vector<std::pair<unsigned, unsigned>> expect = {{200, 200}};  // inclusive ranges
  std::string body;   // "" : any; else must be contained
  bool tls = false;   // with http: over TLS
  unsigned port = 0;  // 0 : the server's
  Duration interval = std::chrono::seconds(2);
  Duration fast_interval = std::chrono::seconds(1);  // while going up or down
  Duration down_interval = std::chrono::seconds(2);
  Duration timeout = std::chrono::seconds(2);  // one whole check
  unsigned rise = 2;
  unsigned fall = 3;
};

struct Retry {
  enum class Redispatch { never, last, always };  // which retries may go to another server
  unsigned attempts = 3;                          // after the first: 3 means 4 connections at most
  Redispatch redispatch = Redispatch::always;
  Duration pause = std::chrono::seconds(1);  // before trying the same server again
};

// A place in a request where a key may be.
struct KeySource {
  enum class Kind : std::uint8_t {
    path,         // what the regular expression's group captures, from the path's beginning
    query,        // a parameter's value, decoded
    field,        // a field's value
    cookie,       // a cookie's value
    client,       // the client's address, as a network
    sni,          // the name that the client asked for in its TLS handshake
    tls_session,  // the id of its TLS session, if it has one
  };
  Kind kind = Kind::client;
  std::string text;  // the expression or the name
};

// What a request is told from others by: the first place in which there is something.
struct KeyRule {
  std::vector<KeySource> sources;
  unsigned client_bits = 32;   // of an IPv4 address
  unsigned client6_bits = 64;  // of an IPv6 address
};

// Where an answer tells a key that the server has made: "" : nowhere.
struct KeyLearned {
  std::string set_cookie;  // the cookie's name
  std::string field;
};

// A stick table: which server each key belongs to.
struct Table {
  std::string name;
  Origin origin;
  std::uint64_t entries = 100'000;
  Duration idle = std::chrono::minutes(30);  // unused for so long a key is forgotten
  Duration max_age = kNoLimit;               // and after that in any case
  unsigned key_max = 64;                     // bytes; longer keys are kept as their hash
  bool hashed = false;                       // all keys are, with a key of the process
  enum class Sharing { none, redis };
  Sharing sharing = Sharing::none;  // with other balancers

  bool shared() const { return sharing != Sharing::none; }
};

// What balancers share tables through.
struct Redis {
  std::vector<std::string> addresses{"127.0.0.1:6379"};
  std::vector<std::string> sentinels;
  std::string master;
  std::string user;
  std::string password_file;
  std::string password;  // read from there
  unsigned database = 0;
  std::string prefix = "stickler:";
  std::string hash_key_file;
  std::string hash_key;  // read from there
  Duration wait = std::chrono::milliseconds(20);
  Duration timeout = std::chrono::seconds(1);

  bool operator==(const Redis&) const = default;
};

// A backend's use of a stick table.
struct Stick {
  std::string table;
  KeyRule key;
  std::optional<KeyLearned> learn;
};

// The one place in a request where a map's key is, first of the path, else of the query.
struct MapKey {
  enum class Form { uuid, text };
  std::vector<std::string> paths;  // expressions; the group is the key
  std::vector<std::string> parameters;
  Form form = Form::uuid;
};

// Keys that belong to a server, by one of these.
struct MapRule {
  std::string name;
  Origin origin;
  std::vector<std::string> exact;
  std::vector<std::string> prefixes;
  std::vector<std::string> hex;  // hex_range.h
  std::string regex;
  std::string server;   // one of the two
  std::string backend;  // which has no map itself

  // For people and for comparison.
  std::string owner() const { return backend.empty() ? server : "backend " + backend; }
};

// Words in the place of a server's name.
inline constexpr const char* kMapFails = "fail";
inline constexpr const char* kMapAny = "any";

// Whose each key is: for servers that alone have what belongs to a key.
struct KeyMap {
  enum class OnDown { fail, redispatch };
  MapKey key;
  std::vector<MapRule> rules;  // the first that fits
  std::string no_key = kMapFails;
  OnDown on_down = OnDown::fail;
  // Of a cluster, in place of rules: who has them changes all the time.
  std::size_t buckets = 0;
  Duration hold{0};
};

// Where a cluster's assignment is kept.
struct Etcd {
  std::vector<std::string> endpoints{"http://127.0.0.1:2379"};
  std::string user;
  std::string password_file;
  std::string password;     // read from there
  std::string ca;           // files
  std::string certificate;  // the client's, with key
  std::string key;
  Duration timeout = std::chrono::seconds(3);  // of each call

  bool operator==(const Etcd&) const = default;
};

// How a node is made to write out and forget what it has of a bucket.
struct Unload {
  std::string method = "POST";
  std::string path;                             // "" : it is not asked, but waited for
  Duration timeout = std::chrono::seconds(30);  // a node that goes on failing keeps its buckets
  Duration wait{0};  // of the cluster's lease and grace together, unless it is written

  bool operator==(const Unload&) const = default;
};

// A node that cannot register itself: `stickler register` does it.
struct NodeRegistration {
  std::string node_id;
  std::string node_url;
  std::string local_node_url;
  Check check;
  std::string stop;  // a command; "" : none
  Duration stop_timeout = std::chrono::seconds(60);
};

// Nodes that come and go, each with some of the buckets into which all keys fall.
struct Cluster {
  std::string name;
  Origin origin;
  Etcd etcd;
  std::string prefix;  // of its keys there; "" : /stickler/NAME/
  MapKey key;
  std::size_t buckets = 256;
  bool monitor = true;  // may be elected to assign buckets
  bool bootstrap = false;
  bool rebalance_on_join = false;
  Duration lease = std::chrono::seconds(90);
  Duration term = std::chrono::seconds(60);
  Duration margin = std::chrono::seconds(6);
  Duration grace = std::chrono::seconds(30);
  Duration drain = std::chrono::seconds(10);
  Duration linger = std::chrono::milliseconds(800);
  Duration hold = std::chrono::seconds(15);
  Unload unload;
  std::optional<NodeRegistration> registration;  // `register`
};

struct Server {
  std::string name;
  Origin origin;
  std::string address;                // "10.0.0.1:80", "name:80", "[::1]:80", "unix:/path"
  std::string cookie;                 // defaults to the name
  std::vector<std::string> formerly;  // cookies of these old names are honoured
  unsigned weight = 1;                // 0..256; 0 is drain
  unsigned maxconn = 0;               // requests at once; 0 : no limit
  bool backup = false;
};

struct Backend {
  enum class Balance { roundrobin, leastconn, source, first };
  enum class OnDown { redispatch, fail };
  enum class OnFull { wait, fail, move };
  std::string name;
  Origin origin;
  Balance balance = Balance::roundrobin;
  std::optional<Cookie> cookie;
  std::optional<Stick> stick;
  std::optional<KeyMap> map;       // of a cluster's backend: from the cluster
  std::string cluster;             // whose nodes are the servers
  std::string no_key = kMapFails;  // of a cluster's backend
  Check check;
  Retry retry;
  OnDown on_down = OnDown::redispatch;            // the session's server is unusable
  OnFull on_full = OnFull::wait;                  // the session's server and its queue are full
  unsigned max_queue = 0;                         // requests waiting per server; 0 : no limit
  Duration keepalive = std::chrono::seconds(60);  // idle connections to servers are closed then
  unsigned max_idle = 64;                         // idle connections per server and worker
  bool abort_on_close = true;          // client really gone: give the server's connection up
  std::uint64_t max_head = 64 * 1024;  // bytes of a response head
  unsigned max_fields = 100;
  FieldEdits request;
  FieldEdits response;
  std::vector<Server> servers;
  Timeouts timeouts;
};

struct Config {
  std::string file;  // the main file, for messages
  Process process;
  Runtime runtime;
  Log log;
  Timeouts timeouts;
  std::vector<std::string> error_files;  // for all listeners
  std::vector<Listener> listeners;
  std::vector<Backend> backends;
  std::vector<Table> tables;
  std::optional<Redis> redis;
  std::vector<Cluster> clusters;
};

// The table of that name, or null.
inline const Table* find_table(const Config& config, const std::string& name) {
  for (const Table& table : config.tables) {
    if (table.name == name) return &table;
  }
  return nullptr;
}

// The cluster of that name, or null.
inline const Cluster* find_cluster(const Config& config, const std::string& name) {
  for (const Cluster& cluster : config.clusters) {
    if (cluster.name == name) return &cluster;
  }
  return nullptr;
}

// The backend of that name, or null.
inline const Backend* find_backend(const Config& config, const std::string& name) {
  for (const Backend& backend : config.backends) {
    if (backend.name == name) return &backend;
  }
  return nullptr;
}

}  // namespace stickler::config
