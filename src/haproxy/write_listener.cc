// SPDX-License-Identifier: MIT
#include "haproxy/write_listener.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace stickler::haproxy {
namespace {

constexpr unsigned kHttpPort = 80;
constexpr unsigned kHttpsPort = 443;

class ListenerWriter {
 public:
  ListenerWriter(const BindGroup& group, const Plan& plan,
                 const std::map<const Proxy*, std::string>& backend_names, Draft& listener,
                 Ledger& ledger)
      : group_(group),
        front_(*group.front),
        plan_(plan),
        backend_names_(backend_names),
        listener_(listener),
        ledger_(ledger) {}

  void run() {
    listener_.comes_from({front_.section->header});
    write_addresses();
    if (group_.facts.tls) listener_.group("tls").set_all(group_.binds.front()->settings);
    write_forwarded();
    if (front_.request_id) {
      listener_.set("request_id", front_.request_id->value, front_.request_id->from);
    }
    write_pages();
    write_otherwise();
    for (const PlannedRoute& route : plan_.routes) write_route(route);
    if (needs_last_route()) write_route(last_route());
    write_edits(own_edits(), listener_.group("request"));
    write_edits(edits_of_responses(front_, {group_.facts}, ledger_), listener_.group("response"));
  }

 private:
  void write_addresses() {
    std::vector<std::string> texts;
    Lines from;
    for (const auto& [text, line] : group_.texts) {
      texts.push_back(text);
      if (std::ranges::find(from, line) == from.end()) from.push_back(line);
    }
    listener_.set("bind", texts_value(texts), from);
  }

  // Where everything is sent elsewhere, HAProxy does so with these, too.
  void write_pages() {
    if (plan_.otherwise.outcome.redirect) return;
    if (!front_.has_stats_accounts) listener_.group("stats").set_all(front_.stats);
    listener_.group("metrics").set_all(front_.metrics);
  }

  // ---- forwarded ----

  void write_forwarded() {
    Settings settings = front_.forwarded;
    Lines replaced = plan_.replace_for;
    if (!replaced.empty()) {
      auto said = settings.find("for");
      if (said != settings.end()) {
        replaced.insert(replaced.end(), said->second.from.begin(), said->second.from.end());
      }
      settings["for"] = {text_value("replace"), replaced};
    } else if (!plan_.append_for.empty()) {
      settings["for"] = {text_value("append"), plan_.append_for};
    }
    if (!plan_.proto.empty()) settings["proto"] = {flag_value(true), plan_.proto};
    if (!plan_.host.empty()) settings["host"] = {flag_value(true), plan_.host};
    listener_.group("forwarded").set_all(settings);
  }

  Edits own_edits() {
    Edits edits = plan_.edits;
    if (!front_.own_address_field) return edits;
    const auto& [name, line] = *front_.own_address_field;
    if (!edits.apply(FieldEdit::Kind::add, {name, "${client}", line})) {
      ledger_.cannot(*line, "header " + name, "a field is added once; join the values");
    }
    return edits;
  }

  // ---- what becomes of requests ----

  void write_otherwise() {
    const Outcome& outcome = plan_.otherwise.outcome;
    if (outcome.redirect) {
      write_redirect(*outcome.redirect, {outcome.line}, listener_.group("redirect"));
    } else if (outcome.backend != nullptr) {
      Lines from;
      if (outcome.line != nullptr) from.push_back(outcome.line);
      listener_.set("backend", text_value(backend_names_.at(outcome.backend)), from);
    }
  }

  bool needs_last_route() const {
    const Outcome& outcome = plan_.otherwise.outcome;
    if (outcome.redirect) return false;
    bool plain = outcome.server == nullptr && plan_.otherwise.edits.empty();
    return outcome.backend == nullptr || !plain;
  }

  PlannedRoute last_route() const {
    PlannedRoute route = plan_.otherwise;
    route.name = "otherwise";
    return route;
  }

  void write_route(const PlannedRoute& route) {
    const Outcome& outcome = route.outcome;
    std::string wanted = route.name;
    if (wanted.empty() && outcome.backend != nullptr) wanted = backend_names_.at(outcome.backend);
    if (wanted.empty()) wanted = outcome.redirect ? "redirect" : "answer";
    Draft& draft = listener_.group("routes").element(route_names_.take(wanted));
    draft.comes_from(route.from);
    if (outcome.line != nullptr) draft.comes_from({outcome.line});
    write_match(route.match, draft);
    if (outcome.redirect) {
      write_redirect(*outcome.redirect, {}, draft.group("redirect"));
    } else if (outcome.answer) {
      write_answer(*outcome.answer, draft.group("answer"));
    } else if (outcome.backend != nullptr) {
      write_backend(outcome, draft);
    } else {
      draft.explain("No default_backend: HAProxy answers 503.");
      write_answer({.status = 503,
                    .body = "503 Service Unavailable\n",
                    .content_type = "text/plain; charset=utf-8",
                    .fields = {}},
                   draft.group("answer"));
    }
    write_edits(route.edits, draft.group("request"));
  }

  void write_match(const Match& match, Draft& route) {
    auto write = [&](std::string_view name, const Match::Texts& texts) {
      if (texts) route.set(name, texts_value(*texts), {});
    };
    write("host", match.hosts);
    write("path", match.paths);
    write("path_prefix", match.prefixes);
    if (!match.regex.empty()) route.set("path_regex", text_value(match.regex), {});
    write("method", match.methods);
    for (const auto& [name, value] : match.fields) {
      route.group("field").set_text(name, value, {});
    }
  }

  void write_backend(const Outcome& outcome, Draft& route) {
    bool own = outcome.backend == plan_.otherwise.outcome.backend;
    if (!own || outcome.server == nullptr) {
      route.set("backend", text_value(backend_names_.at(outcome.backend)), {});
    }
    if (outcome.server != nullptr) route.set("server", text_value(outcome.server->our_name), {});
  }

  void write_redirect(const RedirectTo& to, const Lines& from, Draft& draft) {
    config::Redirect redirect = to.redirect;
    // A path alone leaves the port as it is; Stickler writes it only if it is told to.
    unsigned usual = group_.facts.tls ? kHttpsPort : kHttpPort;
    bool one_port = group_.facts.ports.size() == 1;
    if (to.same_origin && redirect.scheme.empty() && one_port &&
        *group_.facts.ports.begin() != usual) {
      redirect.port = *group_.facts.ports.begin();
    }
    draft.comes_from(from);
    if (!redirect.scheme.empty()) draft.set("scheme", text_value(redirect.scheme), {});
    if (!redirect.host.empty()) draft.set("host", text_value(redirect.host), {});
    if (redirect.port != 0) draft.set("port", number_value(redirect.port), {});
    if (!redirect.path.empty()) draft.set("path", text_value(redirect.path), {});
    const config::Redirect usual_redirect;
    if (redirect.code != usual_redirect.code) draft.set("code", number_value(redirect.code), {});
  }

  void write_answer(const config::Answer& answer, Draft& draft) {
    draft.set("status", number_value(answer.status), {});
    if (!answer.body.empty()) draft.set("body", text_value(answer.body), {});
    const config::Answer usual;
    if (!answer.body.empty() && answer.content_type != usual.content_type) {
      draft.set("content_type", text_value(answer.content_type), {});
    }
    for (const auto& [name, value] : answer.fields) draft.group("set").set_text(name, value, {});
  }

  const BindGroup& group_;
  const Proxy& front_;
  const Plan& plan_;
  const std::map<const Proxy*, std::string>& backend_names_;
  Draft& listener_;
  Ledger& ledger_;
  Names route_names_;
};

// What a rule does to every response; nothing if it does nothing.
Result<std::optional<std::string>, std::string> value_for(const Rule& rule, const Facts& facts) {
  auto clauses = resolve(rule.condition, facts);
  if (!clauses) return Failed{clauses.error()};
  if (clauses->empty()) return std::optional<std::string>();
  for (const ResolvedClause& clause : *clauses) {
    if (!clause.fit.empty() || !clause.not_fit.empty()) continue;
    auto value = translate_format(std::get<FieldEdit>(rule.action).format, &facts);
    if (!value) return Failed{value.error()};
    return std::optional(*value);
  }
  return Failed{
      std::string("edits of responses know no conditions but ssl_fc; write the edit into "
                  "a route's response")};
}

}  // namespace

void write_listener(const BindGroup& group, const Plan& plan,
                    const std::map<const Proxy*, std::string>& backend_names, Draft& listener,
                    Ledger& ledger) {
  ListenerWriter(group, plan, backend_names, listener, ledger).run();
}

Edits edits_of_responses(const Proxy& proxy, const std::vector<Facts>& facts, Ledger& ledger) {
  Edits edits;
  for (const Rule& rule : proxy.responses) {
    const FieldEdit& edit = std::get<FieldEdit>(rule.action);
    std::optional<std::string> value;
    std::string why;
    for (std::size_t i = 0; i < facts.size(); ++i) {
      auto here = value_for(rule, facts[i]);
      if (!here) why = here.error();
      if (here && i > 0 && *here != value) why = "its listeners differ; write it into each of them";
      if (here) value = *here;
    }
    bool good = why.empty();
    if (good && value && !edits.apply(edit.kind, {edit.name, *value, rule.line})) {
      why = "a field is added once; join the values";
    }
    if (!why.empty()) ledger.cannot(*rule.line, why);
  }
  return edits;
}

}  // namespace stickler::haproxy
