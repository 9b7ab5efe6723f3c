// SPDX-License-Identifier: MIT
#include "proxy/failure.h"

#include "base/assert.h"

namespace stickler::proxy {
namespace {

unsigned status_of_client(const Failure& failure) {
  switch (failure.why) {
    case Why::timed_out:
      return 408;
    case Why::too_large:
      return 413;
    default:
      return 400;
  }
}

unsigned status_of_server(const Failure& failure) {
  if (failure.phase == Phase::queue || failure.phase == Phase::connect) return 503;
  return failure.why == Why::timed_out ? 504 : 502;
}

char flag_of(Who who, Why why) {
  if (why == Why::invalid || why == Why::too_large) return 'P';
  bool timed_out = why == Why::timed_out;
  switch (who) {
    case Who::client:
      return timed_out ? 'c' : 'C';
    case Who::server:
      return timed_out ? 's' : 'S';
    case Who::us:
      return why == Why::stopping ? 'K' : 'P';
  }
  ASSERT(false);
  return '-';
}

char flag_of(Phase phase) {
  switch (phase) {
    case Phase::request_head:
      return 'R';
    case Phase::queue:
      return 'Q';
    case Phase::connect:
      return 'C';
    case Phase::response_head:
      return 'H';
    case Phase::body:
      return 'D';
    case Phase::tunnel:
      return '-';  // HAProxy logs a tunnel's end without a phase
  }
  ASSERT(false);
  return '-';
}

std::string_view describe_client(const Failure& failure) {
  switch (failure.why) {
    case Why::timed_out:
      return failure.phase == Phase::body ? "the client stalled (timeouts.client)"
                                          : "the client stopped sending (timeouts.body)";
    case Why::too_large:
      return "the request body exceeds max_body";
    case Why::invalid:
      return "the client sent an invalid body";
    default:
      return "the client went away";
  }
}

std::string_view describe_server(const Failure& failure) {
  switch (failure.phase) {
    case Phase::queue:
      return failure.why == Why::timed_out ? "no server became usable in time (timeouts.queue)"
                                           : "no server is usable";
    case Phase::connect:
      return failure.why == Why::timed_out ? "connecting took too long (timeouts.connect)"
                                           : "the server refused the connection";
    default:
      break;
  }
  switch (failure.why) {
    case Why::timed_out:
      return "the server was silent for too long (timeouts.server)";
    case Why::invalid:
      return "the server sent an invalid answer";
    default:
      return failure.phase == Phase::body ? "the server closed the connection inside its answer"
                                          : "the server closed the connection before answering";
  }
}

}  // namespace

unsigned status_of(const Failure& failure) {
  switch (failure.who) {
    case Who::client:
      return status_of_client(failure);
    case Who::server:
      return status_of_server(failure);
    case Who::us:
      // The node may have done what was asked; nobody should be told to ask once more.
      return failure.why == Why::moving && failure.phase >= Phase::response_head ? 502 : 503;
  }
  ASSERT(false);
  return 500;
}

TerminationFlags flags_of(const Failure& failure) {
  // HAProxy counts the lack of a usable server as a failed connection, not as a wait.
  Phase phase = failure.why == Why::unusable ? Phase::connect : failure.phase;
  return {flag_of(failure.who, failure.why), flag_of(phase)};
}

std::string_view short_name(const Failure& failure) {
  if (failure.phase == Phase::connect) {
    return failure.why == Why::timed_out ? "connect timed out" : "connect refused";
  }
  return "connection closed";
}

std::string_view describe(const Failure& failure) {
  if (!failure.detail.empty()) return failure.detail;
  if (failure.who == Who::client) return describe_client(failure);
  if (failure.who == Who::server) return describe_server(failure);
  switch (failure.why) {
    case Why::stopping:
      return "this balancer is stopping";
    case Why::moving:
      return "the bucket moves to another node";
    case Why::silent:
      return "etcd has not been heard of for too long (clusters.NAME.term)";
    default:
      return "no server is usable";
  }
}

}  // namespace stickler::proxy
