// SPDX-License-Identifier: MIT
#include "cluster/etcd_trouble.h"

#include <string_view>
#include <utility>

namespace stickler::cluster {
namespace {

using FailureKind = EtcdFailure::Kind;

bool mentions(const EtcdRefusal& refusal, std::string_view words) {
  return refusal.message.find(words) != std::string::npos;
}

// Its token has ended, or was from before authentication was switched on or changed.
bool wants_login(unsigned status, const EtcdRefusal& refusal) {
  return status == 401 || refusal.code == grpc::kUnauthenticated ||
         mentions(refusal, "invalid auth token") || mentions(refusal, "user name is empty") ||
         mentions(refusal, "revision of auth store is old") ||
         mentions(refusal, "revision in header is old");
}

// The member could not; not: it would not.
bool is_inability(unsigned status, const EtcdRefusal& refusal) {
  switch (refusal.code) {
    case grpc::kCancelled:
    case grpc::kUnknown:
    case grpc::kDeadlineExceeded:
    case grpc::kInternal:
    case grpc::kUnavailable:
      return true;
    case 0:
      return status >= 500;
    default:
      return false;
  }
}

// Said before anything has been proposed to the other members.
bool is_surely_undone(const EtcdRefusal& refusal) {
  return refusal.message == "etcdserver: no leader" ||
         refusal.message == "etcdserver: too many requests";
}

bool is_forbidden(unsigned status, const EtcdRefusal& refusal) {
  return status == 403 || refusal.code == grpc::kPermissionDenied ||
         mentions(refusal, "permission denied") || mentions(refusal, "authentication failed");
}

bool ran_out_of_time(const EtcdRefusal& refusal) {
  return refusal.code == grpc::kDeadlineExceeded || mentions(refusal, "timed out") ||
         mentions(refusal, "deadline exceeded");
}

}  // namespace

EtcdTrouble trouble_of(const backend::HttpFailure& failure) {
  EtcdTrouble trouble;
  trouble.kind = failure.timed_out ? FailureKind::timed_out : FailureKind::unreachable;
  if (failure.cancelled) trouble.kind = FailureKind::cancelled;
  trouble.text = failure.text;
  trouble.elsewhere = !failure.cancelled;
  trouble.maybe_done = failure.maybe_delivered;
  trouble.on_kept_connection = failure.on_kept_connection && !failure.timed_out;
  return trouble;
}

EtcdTrouble trouble_of(unsigned status, const EtcdRefusal& refusal) {
  EtcdTrouble trouble;
  trouble.text = refusal.message;
  trouble.code = refusal.code;
  if (wants_login(status, refusal)) {
    trouble.kind = FailureKind::refused;
    trouble.log_in = true;
  } else if (is_forbidden(status, refusal)) {
    trouble.kind = FailureKind::refused;
  } else if (is_inability(status, refusal)) {
    trouble.kind = ran_out_of_time(refusal) ? FailureKind::timed_out : FailureKind::unreachable;
    trouble.elsewhere = true;
    trouble.maybe_done = !is_surely_undone(refusal);
  } else if (refusal.code == 0) {
    trouble.kind = FailureKind::bad_answer;
    trouble.maybe_done = status < 400;
  } else {
    trouble.kind = FailureKind::rejected;
    trouble.elsewhere = is_surely_undone(refusal);
  }
  return trouble;
}

EtcdTrouble trouble_with_answer(std::string text) {
  EtcdTrouble trouble;
  trouble.kind = FailureKind::bad_answer;
  trouble.text = std::move(text);
  trouble.maybe_done = true;
  return trouble;
}

}  // namespace stickler::cluster
