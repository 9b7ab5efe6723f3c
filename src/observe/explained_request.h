// SPDX-License-Identifier: MIT
// A request that somebody asks about, and what is to be supposed, made of the words they ask with.
// Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "net/address.h"
#include "observe/supposition.h"

namespace stickler::observe {

// As typed.
struct ExplainWords {
  std::string method = "GET";
  std::string url;                        // "https://host:port/path?query"
  std::vector<std::string> headers = {};  // "Name: value"
  std::vector<std::string> cookies = {};  // "name=value; name=value"
  std::string client = "127.0.0.1";       // an IP address
  std::string listener = {};              // its name; "" : whichever the URL leads to
  // Servers to be supposed in another state than theirs, as "server" or "backend/server".
  std::vector<std::string> down = {};
  std::vector<std::string> drain = {};
  std::vector<std::string> maint = {};
};

struct ExplainedRequest {
  std::string method;
  std::string url;
  bool tls = false;
  std::string host;  // of the URL; an IPv6 address keeps its brackets
  unsigned port = 0;
  std::string head;  // as an HTTP/1.1 client sends it, the empty line included
  net::Address client;
  std::string listener;
  std::vector<Supposition> supposed;
};

// A sentence if the words are none: what a listener would refuse is for its parser to say.
Result<ExplainedRequest, std::string> read_explained_request(const ExplainWords& words);

}  // namespace stickler::observe
