// SPDX-License-Identifier: MIT
// Which listener, route and server a request gets, step by step with the reasons, and what it would
// get if that server were down. Asks the functions that serve requests and decides nothing itself:
// what is said here is what happens.
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "balance/cookie_persistence.h"
#include "balance/server_view.h"
#include "base/result.h"
#include "base/units.h"
#include "cluster/cluster_report.h"
#include "config/config.h"
#include "observe/explained_request.h"
#include "proxy/exchange_record.h"
#include "proxy/snapshot.h"

namespace stickler::observe {

// All texts are its own: it outlives the snapshot. Spans are seconds before `now`.
struct Explanation {
  struct Listener {
    std::string name;
    std::string bind;  // the address that the URL leads to, as written
    bool tls = false;
    std::string server_name;  // sent in the handshake; "" for an IP address
    std::optional<net::TlsContext::Served> certificate;
    config::Origin origin;
  };
  struct Route {
    std::string name;
    std::string mismatch;  // "path does not begin with /git/"; "" : it fits
    config::Origin origin;
  };
  // The session as the client's cookie tells it.
  struct Session {
    std::string cookie;    // its name
    std::string value;     // the one that counts; "" if none came
    unsigned sent = 0;     // cookies of that name
    std::string pinned;    // the route whose pin leaves sessions alone; "" : none
    bool counts = true;    // false: the pin decided
    std::string server;    // of a valid one
    std::string formerly;  // the old name that led to it
    balance::CookieState state = balance::CookieState::none;
    std::optional<std::chrono::seconds> last_used;
    std::optional<std::chrono::seconds> first_used;
    std::optional<std::chrono::seconds> good_for;  // of a valid one that has an end
    Duration maxidle{};
    Duration maxlife{};
  };
  // What a stick table says of the request's key.
  struct Key {
    std::string table;
    std::string source;  // "path", "query projectId"; "" : the request has none
    std::string text;    // as the table keeps it
    std::string server;  // whose it is; "" : nobody's yet
    bool gone = false;   // that server is not in the configuration any more
    bool counts = true;  // false: the pin or the cookie decided
    Duration unused{0};  // before this request
  };
  // Of a key whose servers are a cluster's nodes.
  struct Bucket {
    std::string cluster;
    std::string name;     // "7f"
    bool known = false;   // what follows is
    bool silent = false;  // this process may not pass on what is about it
    cluster::BucketState state;
    std::optional<std::chrono::seconds> lasted;  // the state
    bool counts = true;                          // false: the pin decided
  };
  struct Server {
    std::string name;
    std::string address;
    balance::Availability availability = balance::Availability::unknown;
    bool weightless = false;
    bool backup = false;
    unsigned active = 0;
    unsigned maxconn = 0;  // 0 : no limit
    unsigned queued = 0;
    config::Origin origin;
  };
  struct Outcome {
    enum class Kind {
      answered,  // here, with `status`
      server,    // by one of `servers`
      queue,     // waits for a free place at one of `servers`, `limit` at most, then `status`
      wait,      // waits for any server to come up, ditto
      hold,      // waits for the bucket to have a node, `limit` at most, then `status`
      unknown,   // by the node that has the bucket: only the running program knows which
      refused,   // `status` now: no server may take it
    };
    Kind kind = Kind::answered;
    std::vector<std::string> servers;
    bool in_turn = false;   // of several: the algorithm's turn decides
    std::string algorithm;  // the backend's
    std::string reason;     // as the log says it
    unsigned status = 0;
    std::string location;  // of a redirect
    Duration limit{};
    proxy::CookieFlags cookie;  // as the log will have them
  };
  struct IfDown {
    std::string server;
    Outcome outcome;
  };

  std::string request;  // "GET https://host/path"
  std::string client;   // its address
  Listener listener;
  unsigned routes_total = 0;
  std::vector<Route> routes;  // those looked at, in order
  std::optional<std::string> route;
  std::string pinned;   // the server that the route pins
  std::string backend;  // "" : none was reached
  config::Origin backend_origin;
  std::optional<Session> session;
  std::optional<Key> key;
  std::optional<Bucket> bucket;
  std::vector<Server> servers;  // those that the answer is about
  Outcome outcome;
  std::optional<IfDown> if_down;
};

// `now`: seconds since 1970, as cookies are dated. `clusters`: as the running program knows them;
// null if a file is explained. Reads what workers write; any thread. Fails with a sentence if no
// listener would get the request, or several might, or what is supposed is of no server.
Result<Explanation, std::string> explain(
    const proxy::Snapshot& snapshot, const ExplainedRequest& request, std::time_t now,
    const std::vector<cluster::ClusterReport>* clusters = nullptr);

}  // namespace stickler::observe
