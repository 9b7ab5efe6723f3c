// SPDX-License-Identifier: MIT
#include "haproxy/plan.h"

#include <algorithm>
#include <utility>

#include "haproxy/program.h"

namespace stickler::haproxy {
namespace {

// Negations and edits under conditions multiply routes.
constexpr std::size_t kMostRoutes = 100;
constexpr std::size_t kMostTurns = 20'000;

struct Place {
  std::size_t step = 0;
  std::size_t clause = 0;
};

// What is known of the requests that come here.
struct Trail {
  Match match;
  std::vector<const Step*> pending;  // edits under conditions, which matter if a server is asked
  Edits edits;                       // those that are made
  Lines from;
  std::string name;
};

bool is_edit(const Step& step) { return std::holds_alternative<FieldEdit>(step.rule->action); }

// Walks through a program for ever narrower kinds of requests. Whatever part a rule takes is
// planned first, and the rest behind it: since the first route wins, nothing has to be negated.
// Edits wait until it is known that a server gets the request: redirects and answers need not be
// told apart by them.
class Planner {
 public:
  Planner(const Proxy& front, const ProgramContext& context) : front_(front), context_(context) {}

  // The rule for which there are no routes, or null.
  const Rule* run() {
    Program program = program_of_front(front_, context_);
    context_.plan.edits = program.for_all;
    walk({.program = program, .backend = own_servers(), .decided = nullptr}, {}, {});
    trim();
    return failed_;
  }

  const std::string& why() const { return why_; }

 private:
  // A program, and whose servers answer at its end (null: the front's default_backend does). Or
  // what has been decided, and the program is of the edits that are left to make.
  struct Scene {
    const Program& program;
    const Proxy* backend = nullptr;
    const Outcome* decided = nullptr;
  };

  const Proxy* own_servers() const {
    bool own = front_.may_have_servers() && !front_.default_backend;
    return own ? &front_ : nullptr;
  }

  // Plans every request of the trail.
  void walk(const Scene& scene, Place place, Trail trail) {
    const std::vector<Step>& steps = scene.program.steps;
    for (; place.step < steps.size(); ++place.step, place.clause = 0) {
      if (scene.decided == nullptr && is_edit(steps[place.step])) {
        trail.pending.push_back(&steps[place.step]);
        continue;
      }
      for (; place.clause < steps[place.step].clauses.size(); ++place.clause) {
        if (failed_ != nullptr) return;
        if (++turns_ > kMostTurns) return fail(*steps[place.step].rule, "it has too many cases");
        if (take_clause(scene, place, trail)) return;
      }
    }
    finish(scene, trail);
  }

  // True if that were all requests of the trail.
  bool take_clause(const Scene& scene, Place place, const Trail& trail) {
    const Step& step = scene.program.steps[place.step];
    last_rule_ = step.rule;
    std::vector<Match> parts{trail.match};
    for (const AnyOf& any : step.clauses[place.clause].fit) parts = narrow(step, parts, any);
    for (const Match& part : parts) {
      Trail inner = narrowed(trail, step, part);
      take_part(scene, place, inner);
      if (part == trail.match) return true;
    }
    return false;
  }

  std::vector<Match> narrow(const Step& step, const std::vector<Match>& parts, const AnyOf& any) {
    std::vector<Match> narrower;
    for (const Match& part : parts) {
      for (const Match& match : any) {
        Match both;
        Joint joint = join(part, match, both);
        if (joint == Joint::cannot)
          fail(*step.rule, "a route has one pattern for paths, not two at once");
        bool known = std::ranges::find(narrower, both) != narrower.end();
        if (joint == Joint::fits && !known) narrower.push_back(std::move(both));
      }
    }
    if (narrower.size() > kMostRoutes) fail(*step.rule, "it has too many cases");
    return failed_ == nullptr ? narrower : std::vector<Match>{};
  }

  // Those that a negated acl excepts go on behind the clause; the others meet the rule.
  void take_part(const Scene& scene, Place place, const Trail& trail) {
    const Step& step = scene.program.steps[place.step];
    for (const AnyOf& any : step.clauses[place.clause].not_fit) {
      for (const Match& excepted : narrow(step, {trail.match}, any)) {
        Trail inner = narrowed(trail, step, excepted);
        walk(scene, {place.step, place.clause + 1}, inner);
        if (excepted == trail.match || failed_ != nullptr) return;
      }
    }
    if (failed_ == nullptr) act(scene, place, trail);
  }

  static Trail narrowed(const Trail& trail, const Step& step, Match match) {
    Trail inner = trail;
    bool narrower = match != trail.match;
    inner.match = std::move(match);
    if (!narrower) return inner;
    const Condition& condition = step.rule->condition;
    bool says_more = !condition.name.empty() && (inner.name.empty() || !is_edit(step));
    if (says_more) inner.name = condition.name;
    inner.from.insert(inner.from.end(), condition.from.begin(), condition.from.end());
    inner.from.push_back(step.rule->line);
    return inner;
  }

  void act(const Scene& scene, Place place, const Trail& trail) {
    const Step& step = scene.program.steps[place.step];
    const Action& action = step.rule->action;
    const Place next{place.step + 1, 0};
    if (const auto* edit = std::get_if<FieldEdit>(&action)) {
      Trail edited = trail;
      Edits::Edit one{edit->name, step.value, step.rule->line};
      if (!edited.edits.apply(edit->kind, std::move(one))) {
        return fail(*step.rule, "a field is added once; join the values");
      }
      return walk(scene, next, edited);
    }
    if (std::holds_alternative<Allow>(action)) return walk(scene, {step.behind, 0}, trail);
    if (const auto* choice = std::get_if<UseBackend>(&action)) {
      return enter(*context_.backends.at(choice->name), trail, step.rule->line);
    }
    Outcome outcome;
    outcome.line = step.rule->line;
    if (const auto* to = std::get_if<RedirectTo>(&action)) outcome.redirect = *to;
    if (const auto* answer = std::get_if<config::Answer>(&action)) outcome.answer = *answer;
    if (const auto* pin = std::get_if<UseServer>(&action)) {
      outcome.backend = scene.backend;
      for (const Server& server : scene.backend->servers) {
        if (server.name == pin->name) outcome.server = &server;
      }
    }
    emit(trail, outcome);
  }

  void finish(const Scene& scene, const Trail& trail) {
    if (failed_ != nullptr) return;
    if (scene.decided != nullptr) return place_route(trail, *scene.decided);
    if (scene.backend != nullptr) return answer_by(*scene.backend, trail, nullptr);
    if (!front_.default_backend) return emit(trail, {});
    const auto& [name, line] = *front_.default_backend;
    auto known = context_.backends.find(name);
    if (known == context_.backends.end()) return emit(trail, {});
    enter(*known->second, trail, line);
  }

  void enter(const Proxy& backend, const Trail& trail, const Line* line) {
    Program program = program_of_backend(backend, context_);
    if (program.steps.empty()) return answer_by(backend, trail, line);
    line_of_backend_ = line;
    walk({.program = program, .backend = &backend, .decided = nullptr}, {}, trail);
  }

  void answer_by(const Proxy& backend, const Trail& trail, const Line* line) {
    Outcome outcome;
    if (!backend.servers.empty()) outcome.backend = &backend;
    outcome.line = line != nullptr ? line : (&backend == &front_ ? nullptr : line_of_backend_);
    emit(trail, outcome);
  }

  void emit(const Trail& trail, const Outcome& outcome) {
    bool asks_servers = outcome.backend != nullptr;
    if (!asks_servers || trail.pending.empty()) return place_route(trail, outcome);
    Program edits;
    for (const Step* step : trail.pending) edits.steps.push_back(*step);
    Trail inner = trail;
    inner.pending.clear();
    walk({.program = edits, .backend = nullptr, .decided = &outcome}, {}, std::move(inner));
  }

  void place_route(const Trail& trail, const Outcome& outcome) {
    PlannedRoute route{.name = trail.name,
                       .match = trail.match,
                       .outcome = outcome,
                       .edits = trail.edits,
                       .from = trail.from};
    if (trail.match.asks_nothing()) {
      context_.plan.otherwise = std::move(route);
      return;
    }
    if (is_taken(trail.match)) return;
    context_.plan.routes.push_back(std::move(route));
    bool too_many = context_.plan.routes.size() > kMostRoutes;
    if (too_many && last_rule_ != nullptr) fail(*last_rule_, "it has too many cases");
  }

  // By the routes above.
  bool is_taken(const Match& match) const {
    return std::ranges::any_of(context_.plan.routes, [&](const PlannedRoute& above) {
      Match both;
      return join(match, above.match, both) == Joint::fits && both == match;
    });
  }

  // The last routes may do what happens anyway.
  void trim() {
    Plan& plan = context_.plan;
    auto same = [&](const PlannedRoute& route) {
      const Outcome& last = route.outcome;
      const Outcome& other = plan.otherwise.outcome;
      bool plain = !last.redirect && !last.answer && !other.redirect && !other.answer;
      return plain && last.backend == other.backend && last.server == other.server &&
             route.edits == plan.otherwise.edits;
    };
    while (!plan.routes.empty() && same(plan.routes.back())) plan.routes.pop_back();
  }

  void fail(const Rule& rule, std::string why) {
    if (failed_ != nullptr) return;
    failed_ = &rule;
    why_ = std::move(why);
  }

  const Proxy& front_;
  const ProgramContext& context_;
  const Line* line_of_backend_ = nullptr;
  const Rule* last_rule_ = nullptr;  // that was looked at
  const Rule* failed_ = nullptr;
  std::string why_;
  std::size_t turns_ = 0;
};

}  // namespace

Plan plan_listener(const Proxy& front, const Proxies& backends, const Facts& facts,
                   Ledger& ledger) {
  std::set<const Rule*> dropped;
  while (true) {
    Plan plan;
    ProgramContext context{
        .facts = facts, .backends = backends, .dropped = dropped, .plan = plan, .ledger = ledger};
    Planner planner(front, context);
    const Rule* failed = planner.run();
    if (failed == nullptr) return plan;
    ledger.cannot(*failed->line, planner.why());
    dropped.insert(failed);
  }
}

}  // namespace stickler::haproxy
