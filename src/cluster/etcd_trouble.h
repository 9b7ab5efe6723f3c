// SPDX-License-Identifier: MIT
// What follows from a call to etcd that did not succeed: whether another member may be asked,
// whether it may have been done all the same, whether to log in again. Pure.
#pragma once

#include <string>

#include "backend/http_call.h"
#include "cluster/etcd_values.h"

namespace stickler::cluster {

// Those that mean something here.
// https://grpc.github.io/grpc/core/md_doc_statuscodes.html
namespace grpc {
enum Code : int {
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kInternal = 13,
  kUnavailable = 14,
  kUnauthenticated = 16
};
}  // namespace grpc

// etcd's own words, from an answer's body or a watch: a gRPC code, 0 if there was none, and a
// message.
struct EtcdRefusal {
  int code = 0;
  std::string message;
};

struct EtcdTrouble {
  EtcdFailure::Kind kind = EtcdFailure::Kind::unreachable;
  int code = 0;                     // etcd's, if it gave one
  std::string text;                 // within a sentence
  bool elsewhere = false;           // another member may do better
  bool maybe_done = false;          // a write, that is
  bool log_in = false;              // the token is missing or not valid any more
  bool on_kept_connection = false;  // a fresh one to the same member may do better
};

EtcdTrouble trouble_of(const backend::HttpFailure& failure);
// `status`: of the answer it stood in.
EtcdTrouble trouble_of(unsigned status, const EtcdRefusal& refusal);
// An answer that says nothing that we understand.
EtcdTrouble trouble_with_answer(std::string text);

}  // namespace stickler::cluster
