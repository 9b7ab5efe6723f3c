// SPDX-License-Identifier: MIT
#include "proxy/question.h"

namespace stickler::proxy {

balance::Question question_of(const Destination& destination, const config::Route* route,
                              const http::RequestHead& head, const net::Address& client,
                              std::time_t now) {
  const backend::Backend& backend = *destination.backend;
  balance::Question question;
  question.backend = &backend.settings();
  question.servers = backend.views();
  question.route = route;
  question.pin = destination.pin;
  question.mapped = destination.mapped;
  question.client_key = client.host_bytes();
  question.fields = head.fields;
  balance::judge_session(question, now);
  return question;
}

balance::KeyFacts key_facts_of(const http::RequestHead& head, const net::Address& client,
                               const TlsFacts* tls) {
  balance::KeyFacts facts{head.path, head.query, head.fields, client.host_bytes(), "", ""};
  if (tls == nullptr) return facts;
  facts.sni = tls->sni;
  facts.tls_session = tls->session;
  return facts;
}

}  // namespace stickler::proxy
