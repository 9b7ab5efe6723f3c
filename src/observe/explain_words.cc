// SPDX-License-Identifier: MIT
#include "observe/explain_words.h"

#include <string_view>
#include <vector>

#include "base/assert.h"

namespace stickler::observe {
namespace {

// "VERB_ONE a", or "VERB_ALL a, b".
std::string none_of(const std::vector<std::string>& wanted, std::string_view one,
                    std::string_view all) {
  std::string text(wanted.size() == 1 ? one : all);
  for (std::size_t i = 0; i < wanted.size(); ++i)
    text.append(i == 0 ? " " : ", ").append(wanted[i]);
  return text;
}

std::string describe_missing(const config::FieldMatch& wanted) {
  if (wanted.value.empty()) return "there is no field " + wanted.name;
  return "no field " + wanted.name + " says \"" + wanted.value + "\"";
}

}  // namespace

std::string describe(const config::Route& route, const balance::Mismatch& mismatch) {
  using balance::Condition;
  switch (mismatch.condition) {
    case Condition::host:
      return none_of(route.hosts, "host is not", "host is none of");
    case Condition::path:
      return none_of(route.paths, "path is not", "path is none of");
    case Condition::path_prefix:
      return none_of(route.path_prefixes, "path does not begin with", "path begins with none of");
    case Condition::path_regex:
      return "path does not match " + route.path_regex;
    case Condition::method:
      return none_of(route.methods, "method is not", "method is none of");
    case Condition::field:
      return describe_missing(*mismatch.field);
  }
  ASSERT(false);
  return {};
}

std::string describe(proxy::OwnAnswer::Why why, const config::Listener& listener,
                     const config::Route* route) {
  using Why = proxy::OwnAnswer::Why;
  const std::string where = route != nullptr ? "route " + route->name : "listener " + listener.name;
  switch (why) {
    case Why::connect:
      return "CONNECT is for proxies of browsers";
    case Why::redirect:
      return "redirect of " + where;
    case Why::no_host:
      return "the request names no host, which the redirect of " + where + " needs";
    case Why::no_key:
      return "the map of its backend names no server for it";
    case Why::held_key:
      return "its key has another server than before, and is held until that is confirmed";
    case Why::absent:
      return "it has no key, and the node for those (no_key) is not there";
    case Why::bad_key:
      return "what stands in the place of the map's key is no key, or there are several";
    case Why::answer:
      return "fixed answer of " + where;
    case Why::nowhere:
      return "no route fits, and " + where + " has no backend";
  }
  ASSERT(false);
  return {};
}

std::string describe(proxy::PageRequest::Kind page) {
  switch (page) {
    case proxy::PageRequest::Kind::stats:
      return "the statistics page";
    case proxy::PageRequest::Kind::metrics:
      return "the metrics";
    case proxy::PageRequest::Kind::cluster:
      return "what a cluster is asked";
  }
  ASSERT(false);
  return {};
}

}  // namespace stickler::observe
