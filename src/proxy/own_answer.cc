// SPDX-License-Identifier: MIT
#include "proxy/own_answer.h"

#include <utility>

namespace stickler::proxy {

std::optional<OwnAnswer> own_answer(const ListenerRules& listener, const config::Route* route,
                                    const http::RequestHead& head) {
  using Cause = OwnAnswer::Why;
  // What a proxy for browsers would do; in front of servers it has no meaning (RFC 9110 §9.3.6).
  if (head.method == http::Method::connect)
    return OwnAnswer{Cause::connect, error_reply(405, true)};
  const std::optional<config::Redirect>& redirect =
      route != nullptr ? route->redirect : listener.settings.redirect;
  if (redirect) {
    std::optional<LocalReply> reply = redirect_reply(*redirect, head, listener.tls != nullptr);
    if (!reply) return OwnAnswer{Cause::no_host, error_reply(400, true)};
    return OwnAnswer{Cause::redirect, std::move(*reply)};
  }
  if (route != nullptr && route->answer)
    return OwnAnswer{Cause::answer, answer_reply(*route->answer)};
  if (listener.destination(route).backend == nullptr) {
    return OwnAnswer{Cause::nowhere, error_reply(404, false)};
  }
  return std::nullopt;
}

}  // namespace stickler::proxy
