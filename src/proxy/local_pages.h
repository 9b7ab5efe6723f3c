// SPDX-License-Identifier: MIT
// Pages about the program itself, at configured paths of a listener: the statistics page, metrics.
// A worker checks who may see one and asks for it here; whoever knows the numbers makes it, on the
// control thread, so that no request ever waits for a page.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "http/head.h"
#include "net/task.h"

namespace stickler::proxy {

struct PageRequest {
  enum class Kind { stats, metrics, cluster };
  Kind kind = Kind::stats;
  const config::Page* settings = nullptr;  // lives as long as the request
  std::string listener;
  std::string client;
  std::string method;
  std::string path;
  std::string options;  // behind the page's path: "csv" of "/haproxy;csv"
  std::string query;    // behind the '?'
};

struct PageAnswer {
  unsigned status = 200;
  std::string content_type;
  std::string body;
  std::vector<config::NameValue> fields;
};

class LocalPages {
 public:
  virtual ~LocalPages() = default;
  // Whether there is somebody who makes such pages; else their paths are the application's.
  virtual bool makes(PageRequest::Kind kind) const = 0;
  // On a worker's thread; waits for the control thread.
  virtual net::Task<PageAnswer> make(PageRequest request) = 0;
};

// Whether the request's Authorization (RFC 7617, Basic) names one of the page's accounts; also if
// it needs none.
bool may_see(const config::Page& page, const std::vector<http::Field>& fields);

// The page at this path: the exact path, or that and ";options". Nothing if it is not one of the
// listener's.
struct PageFound {
  PageRequest::Kind kind;
  const config::Page* page;
  std::string_view options;
};
std::optional<PageFound> find_page(const config::Listener& listener, std::string_view path);

// What is asked of a cluster, by its path.
struct ClusterPath {
  enum class Kind { none, ping, rebalance, owner, buckets, nodes };
  Kind kind = Kind::none;
  std::string_view key;  // of owner
};
ClusterPath cluster_path(std::string_view path);

}  // namespace stickler::proxy
