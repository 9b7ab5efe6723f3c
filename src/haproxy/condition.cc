// SPDX-License-Identifier: MIT
#include "haproxy/condition.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/strings.h"

namespace stickler::haproxy {
namespace {

// `unless` turns a condition round, which multiplies its clauses.
constexpr std::size_t kMostClauses = 64;

// "/git/x" is "git"; "www.example.com" is itself.
std::string name_of(const Match& match) {
  for (const Match::Texts* texts : {&match.paths, &match.prefixes}) {
    if (!*texts || (*texts)->empty()) continue;
    std::string_view path = (*texts)->front();
    while (path.starts_with('/')) path.remove_prefix(1);
    std::string_view first = take_until(path, '/');
    if (!first.empty()) return std::string(first);
  }
  if (match.hosts && !match.hosts->empty()) return match.hosts->front();
  if (match.methods && !match.methods->empty()) return lower_case(match.methods->front());
  return match.fields.empty() ? "" : match.fields.front().first;
}

std::string name_of(const Test& test) {
  for (const Alternative& alternative : test.any) {
    if (std::string name = name_of(alternative.match); !name.empty()) return name;
  }
  return "";
}

class ConditionParser {
 public:
  ConditionParser(std::span<const std::string> words, const Acls& acls)
      : words_(words), acls_(acls) {}

  Condition run() {
    if (words_.empty()) return std::move(condition_);
    bool unless = words_.front() == "unless";
    at_ = 1;
    condition_.any = std::vector<Clause>(1);
    while (at_ < words_.size() && condition_.fault.empty()) read_term();
    bool empty_term = std::ranges::any_of(condition_.any, &Clause::empty);
    if (empty_term) fault("behind '" + words_.front() + "' or 'or' an acl is missing");
    if (unless && condition_.fault.empty()) turn_round();
    return std::move(condition_);
  }

 private:
  void read_term() {
    std::string word = words_[at_++];
    if (word == "or" || word == "||" || word == "OR") {
      condition_.any.emplace_back();
      return;
    }
    bool negated = false;
    while (word.starts_with('!')) {
      negated = !negated;
      word.erase(0, 1);
    }
    if (word.empty() && at_ < words_.size()) word = words_[at_++];
    if (word == "{") {
      read_anonymous(negated);
    } else {
      read_named(word, negated);
    }
  }

  void read_anonymous(bool negated) {
    std::size_t begin = at_;
    while (at_ < words_.size() && words_[at_] != "}") ++at_;
    if (at_ == words_.size()) return fault("a '}' is missing behind '{'");
    Test test = parse_test(words_.subspan(begin, at_ - begin));
    ++at_;
    if (!test.fault.empty()) fault(test.fault);
    suggest(name_of(test));
    condition_.any.back().push_back({std::move(test), negated});
  }

  void read_named(const std::string& name, bool negated) {
    const Test* test = acls_.find(name);
    if (test == nullptr) return fault("there is no acl '" + name + "'");
    if (!test->fault.empty()) fault("of its acl '" + name + "': " + test->fault);
    condition_.from.insert(condition_.from.end(), test->from.begin(), test->from.end());
    suggest(test->from.empty() ? name_of(*test) : name);
    condition_.any.back().push_back({*test, negated});
  }

  // Not (a and b or c) is (not a or not b) and not c.
  void turn_round() {
    std::vector<Clause> turned(1);
    for (const Clause& clause : condition_.any) {
      std::vector<Clause> longer;
      for (const Clause& so_far : turned) {
        for (const Literal& literal : clause) {
          longer.push_back(so_far);
          longer.back().push_back({literal.test, !literal.negated});
        }
      }
      turned = std::move(longer);
      if (turned.size() > kMostClauses) return fault("it has too many parts");
    }
    condition_.any = std::move(turned);
  }

  void suggest(const std::string& name) {
    if (condition_.name.empty()) condition_.name = name;
  }
  void fault(std::string why) {
    if (condition_.fault.empty()) condition_.fault = std::move(why);
  }

  std::span<const std::string> words_;
  const Acls& acls_;
  Condition condition_;
  std::size_t at_ = 0;
};

// False: the clause is never true.
Result<bool, std::string> resolve_clause(const Clause& clause, const Facts& facts,
                                         ResolvedClause& resolved) {
  for (const Literal& literal : clause) {
    auto any = resolve(literal.test, facts);
    if (!any) return Failed{any.error()};
    bool always = fits_all(*any);
    if (literal.negated ? always : any->empty()) return false;
    if (literal.negated ? any->empty() : always) continue;
    (literal.negated ? resolved.not_fit : resolved.fit).push_back(std::move(*any));
  }
  return true;
}

}  // namespace

std::size_t find_condition(std::span<const std::string> words, std::size_t from) {
  for (std::size_t i = from; i < words.size(); ++i) {
    if (words[i] == "if" || words[i] == "unless") return i;
  }
  return words.size();
}

Condition parse_condition(std::span<const std::string> words, const Acls& acls) {
  return ConditionParser(words, acls).run();
}

Result<std::vector<ResolvedClause>, std::string> resolve(const Condition& condition,
                                                         const Facts& facts) {
  std::vector<ResolvedClause> clauses;
  for (const Clause& clause : condition.any) {
    ResolvedClause resolved;
    auto possible = resolve_clause(clause, facts, resolved);
    if (!possible) return Failed{possible.error()};
    if (*possible) clauses.push_back(std::move(resolved));
  }
  return clauses;
}

}  // namespace stickler::haproxy
