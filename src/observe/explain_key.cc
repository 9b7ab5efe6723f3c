// SPDX-License-Identifier: MIT
#include "observe/explain_key.h"

#include <chrono>

#include "base/assert.h"
#include "observe/explain_text.h"

namespace stickler::observe {
namespace {

using SourceKind = config::KeySource::Kind;

std::string source_text(const config::KeySource& source) {
  switch (source.kind) {
    case SourceKind::path:
      return "path";
    case SourceKind::query:
      return "query " + source.text;
    case SourceKind::field:
      return "field " + source.text;
    case SourceKind::cookie:
      return "cookie " + source.text;
    case SourceKind::client:
      return "client";
    case SourceKind::sni:
      return "TLS name";
    case SourceKind::tls_session:
      return "TLS session";
  }
  ASSERT(false);
  return {};
}

}  // namespace

Explanation::Key explain_key(const balance::Question& question, const balance::Choice& choice) {
  const balance::KeyVerdict& verdict = question.key;
  Explanation::Key key;
  key.table = question.backend->stick->table;
  key.counts = !is_above_sessions(question) &&
               !(question.cookie.server && choice.server == question.cookie.server);
  if (verdict.source == nullptr) return key;
  key.source = source_text(*verdict.source);
  key.text = verdict.text;
  key.server = verdict.owner_name;
  key.gone = verdict.owner && !verdict.server;
  key.unused = verdict.unused;
  return key;
}

std::string key_in_words(const Explanation::Key& key) {
  std::string text = key.table + ": ";
  if (key.source.empty()) return text + "the request has no key";
  text += key.text + " (" + key.source + ")";
  if (key.server.empty()) {
    text += " is nobody's yet";
  } else {
    text += " is " + key.server + "'s, used " +
            span_in_words(std::chrono::floor<std::chrono::seconds>(key.unused)) + " ago";
  }
  if (key.gone) text += ", which is not in the configuration any more";
  if (!key.counts) text += "; it does not count here";
  return text;
}

}  // namespace stickler::observe
