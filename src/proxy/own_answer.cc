// SPDX-License-Identifier: MIT
#include "proxy/own_answer.h"

#include <utility>

namespace stickler::proxy {

std::optional<OwnAnswer> own_answer(const ListenerRules& listener, const config::Route* route,
                                    const Destination& destination, const http::RequestHead& head) {
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
  if (destination.backend == nullptr) return OwnAnswer{Cause::nowhere, error_reply(404, false)};
  const balance::MapVerdict& verdict = destination.mapped;
  if (destination.pin || !verdict.refuses()) return std::nullopt;
  using Kind = balance::MapVerdict::Kind;
  if (verdict.kind == Kind::held) {
    OwnAnswer held{Cause::held_key, error_reply(503, false)};
    held.reply.retry_later = true;
    return held;
  }
  if (verdict.kind == Kind::absent) return OwnAnswer{Cause::absent, error_reply(503, false)};
  const bool bad = verdict.kind == Kind::malformed || verdict.kind == Kind::several;
  if (bad) return OwnAnswer{Cause::bad_key, error_reply(400, false)};
  return OwnAnswer{Cause::no_key, error_reply(404, false)};
}

}  // namespace stickler::proxy
