// SPDX-License-Identifier: MIT
#include "haproxy/program.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace stickler::haproxy {
namespace {

const FieldEdit* edit_of(const Rule& rule) { return std::get_if<FieldEdit>(&rule.action); }

bool is_always(const std::vector<ResolvedClause>& clauses) {
  return std::ranges::any_of(clauses, [](const ResolvedClause& clause) {
    return clause.fit.empty() && clause.not_fit.empty();
  });
}

// Edits of a backend that differ between listeners or requests.
bool varies(const Rule& rule) {
  return !rule.condition.always() || depends_on_listener(edit_of(rule)->format);
}

// Edits of one name stay together: those above a varying one would come too late, or too early.
bool is_for_all(const std::vector<Rule>& rules, const Rule& rule) {
  for (const Rule& other : rules) {
    bool allowed_before = std::holds_alternative<Allow>(other.action) && &other < &rule;
    const FieldEdit* edit = edit_of(other);
    bool same = edit != nullptr && equals_ignoring_case(edit->name, edit_of(rule)->name);
    if (allowed_before || (same && varies(other))) return false;
  }
  return true;
}

// Fields that Stickler sets by itself.
bool is_ours(std::string_view name) {
  return equals_ignoring_case(name, "X-Forwarded-For") ||
         equals_ignoring_case(name, "X-Forwarded-Proto") ||
         equals_ignoring_case(name, "X-Forwarded-Host");
}

const Server* find_server(const Proxy& backend, const std::string& name) {
  auto found = std::ranges::find(backend.servers, name, &Server::name);
  return found == backend.servers.end() ? nullptr : &*found;
}

class ProgramMaker {
 public:
  ProgramMaker(const Proxy& proxy, bool front, const ProgramContext& context)
      : proxy_(proxy), front_(front), context_(context) {}

  Program run() {
    add(proxy_.requests);
    for (Step& step : program_.steps) step.behind = program_.steps.size();
    add(proxy_.redirects);
    if (front_) add(proxy_.choices);
    bool asks_own_servers = !front_ || !proxy_.default_backend;
    if (asks_own_servers) add(proxy_.pins);
    return std::move(program_);
  }

 private:
  void add(const std::vector<Rule>& rules) {
    for (const Rule& rule : rules) {
      if (!context_.dropped.contains(&rule)) add(rules, rule);
    }
  }

  void add(const std::vector<Rule>& rules, const Rule& rule) {
    auto clauses = resolve(rule.condition, context_.facts);
    if (!clauses) return context_.ledger.cannot(*rule.line, clauses.error());
    if (clauses->empty()) return;  // never, at this listener
    Step step{.rule = &rule, .clauses = std::move(*clauses), .value = "", .behind = 0};
    if (edit_of(rule) != nullptr) return add_edit(rules, std::move(step));
    if (!leads_somewhere(rule)) return;
    program_.steps.push_back(std::move(step));
  }

  void add_edit(const std::vector<Rule>& rules, Step step) {
    const FieldEdit& edit = *edit_of(*step.rule);
    auto value = translate_format(edit.format, &context_.facts);
    if (!value) return context_.ledger.cannot(*step.rule->line, value.error());
    step.value = std::move(*value);
    if (is_forwarded(edit, step)) return;
    bool for_all = front_ ? is_always(step.clauses) && !is_mixed(rules, edit, *step.rule)
                          : !proxy_.is_front() && is_for_all(rules, *step.rule);
    if (!for_all) {
      program_.steps.push_back(std::move(step));
    } else if (front_ &&
               !program_.for_all.apply(edit.kind, {edit.name, step.value, step.rule->line})) {
      context_.ledger.cannot(*step.rule->line, "a field is added once; join the values");
    }
  }

  // Of a frontend: whether an edit of the same name depends on the request, or an `allow` may skip
  // this one.
  bool is_mixed(const std::vector<Rule>& rules, const FieldEdit& edit, const Rule& rule) const {
    for (const Rule& other : rules) {
      if (std::holds_alternative<Allow>(other.action) && &other < &rule) return true;
      const FieldEdit* same = edit_of(other);
      if (same == nullptr || !equals_ignoring_case(same->name, edit.name)) continue;
      auto clauses = resolve(other.condition, context_.facts);
      if (clauses && !clauses->empty() && !is_always(*clauses)) return true;
    }
    return false;
  }

  // Whether the group `forwarded` does the same; then it is noted there.
  bool is_forwarded(const FieldEdit& edit, const Step& step) {
    const std::string scheme = context_.facts.tls ? "https" : "http";
    bool removes = edit.kind == FieldEdit::Kind::remove;
    Plan& plan = context_.plan;
    if (equals_ignoring_case(edit.name, "X-Forwarded-Proto")) {
      if (!removes && step.value != scheme) return false;
      plan.proto.push_back(step.rule->line);
      return true;
    }
    if (equals_ignoring_case(edit.name, "X-Forwarded-Host")) {
      if (!removes && step.value != "${host}") return false;
      plan.host.push_back(step.rule->line);
      return true;
    }
    bool address = equals_ignoring_case(edit.name, "X-Forwarded-For") && is_always(step.clauses);
    if (!front_ || !address || !(removes || step.value == "${client}")) return false;
    (edit.kind == FieldEdit::Kind::add ? plan.append_for : plan.replace_for)
        .push_back(step.rule->line);
    return true;
  }

  bool leads_somewhere(const Rule& rule) {
    if (const auto* choice = std::get_if<UseBackend>(&rule.action)) {
      if (context_.backends.contains(choice->name)) return true;
      context_.ledger.cannot(*rule.line, "there is no backend '" + choice->name + "' in mode http");
      return false;
    }
    if (const auto* to = std::get_if<RedirectTo>(&rule.action); to != nullptr && leads_back(*to)) {
      context_.ledger.cannot(*rule.line, "at the listener " +
                                             std::string(context_.facts.tls ? "with" : "without") +
                                             " TLS it leads back to where the request came from");
      return false;
    }
    const auto* pin = std::get_if<UseServer>(&rule.action);
    if (pin == nullptr || find_server(proxy_, pin->name) != nullptr) return true;
    context_.ledger.cannot(*rule.line, "there is no server '" + pin->name + "' that is in use");
    return false;
  }

  bool leads_back(const RedirectTo& to) const {
    const config::Redirect& redirect = to.redirect;
    bool same =
        redirect.scheme.empty() || redirect.scheme == (context_.facts.tls ? "https" : "http");
    return same && redirect.host.empty() && redirect.port == 0 && redirect.path.empty();
  }

  const Proxy& proxy_;
  bool front_;
  const ProgramContext& context_;
  Program program_;
};

}  // namespace

Program program_of_front(const Proxy& front, const ProgramContext& context) {
  return ProgramMaker(front, true, context).run();
}

Program program_of_backend(const Proxy& backend, const ProgramContext& context) {
  return ProgramMaker(backend, false, context).run();
}

Edits edits_of_backend(const Proxy& backend, Ledger& ledger) {
  Edits edits;
  if (backend.is_front()) return edits;  // they are its listener's
  for (const Rule& rule : backend.requests) {
    const FieldEdit* edit = edit_of(rule);
    if (edit == nullptr || !is_for_all(backend.requests, rule) || varies(rule)) continue;
    auto value = translate_format(edit->format, nullptr);
    bool ours = edit->kind == FieldEdit::Kind::remove && is_ours(edit->name);
    if (!value) {
      ledger.cannot(*rule.line, value.error());
    } else if (ours) {
      ledger.cannot(*rule.line,
                    "Stickler sets it itself, and would remove its own; the group "
                    "forwarded of the listener says what becomes of the client's");
    } else if (!edits.apply(edit->kind, {edit->name, *value, rule.line})) {
      ledger.cannot(*rule.line, "a field is added once; join the values");
    }
  }
  return edits;
}

}  // namespace stickler::haproxy
