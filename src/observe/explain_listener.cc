// SPDX-License-Identifier: MIT
#include "observe/explain_listener.h"

#include <algorithm>
#include <vector>

#include "net/address.h"

namespace stickler::observe {
namespace {

using Found = Result<ChosenListener, std::string>;

// How well a listening address fits the URL's.
enum class Fit { none, port, any_address, address };

Fit fit_of(const config::Bind& bind, const ExplainedRequest& request) {
  if (bind.text.starts_with("unix:")) return Fit::none;
  auto parts = net::split_host_port(bind.text);
  if (!parts || parts->port != request.port) return Fit::none;
  const std::string& host = parts->host;
  if (host.empty() || host == "0.0.0.0" || host == "::") return Fit::any_address;
  auto bound = net::Address::parse(bind.text);
  auto asked = net::Address::parse(request.host + ":" + std::to_string(request.port));
  return bound && asked && *bound == *asked ? Fit::address : Fit::port;
}

struct Candidate {
  ChosenListener listener;
  Fit fit = Fit::none;
};

std::vector<Candidate> candidates(const proxy::Snapshot& snapshot,
                                  const ExplainedRequest& request) {
  std::vector<Candidate> found;
  for (const auto& rules : snapshot.listeners) {
    for (const config::Bind& bind : rules->settings.binds) {
      Fit fit = fit_of(bind, request);
      if (fit != Fit::none) found.push_back({{rules.get(), &bind}, fit});
    }
  }
  return found;
}

std::string port_text(const ExplainedRequest& request) {
  return "port " + std::to_string(request.port);
}

std::string all_listeners(const proxy::Snapshot& snapshot) {
  std::string all;
  for (const auto& rules : snapshot.listeners) {
    if (!all.empty()) all += ", ";
    all += rules->settings.name;
    for (const config::Bind& bind : rules->settings.binds) all += " " + bind.text;
    if (rules->tls != nullptr) all += " TLS";
  }
  return all;
}

Found by_name(const proxy::Snapshot& snapshot, const ExplainedRequest& request) {
  for (const auto& rules : snapshot.listeners) {
    const std::vector<config::Bind>& binds = rules->settings.binds;
    if (rules->settings.name != request.listener) continue;
    auto fits = [&](const config::Bind& bind) { return fit_of(bind, request) != Fit::none; };
    auto bind = std::ranges::find_if(binds, fits);
    return ChosenListener{rules.get(), bind == binds.end() ? binds.data() : &*bind};
  }
  return Failed{"there is no listener '" + request.listener + "' (there are " +
                all_listeners(snapshot) + ")"};
}

// Of those that fit equally well there must be one.
Found the_best(const std::vector<Candidate>& fitting, const ExplainedRequest& request) {
  Candidate best = *std::ranges::max_element(fitting, {}, &Candidate::fit);
  for (const Candidate& other : fitting) {
    const auto* another = other.listener.rules;
    if (other.fit < best.fit || another == best.listener.rules) continue;
    return Failed{port_text(request) + " belongs to listeners " +
                  best.listener.rules->settings.name + " and " + another->settings.name +
                  ", at different addresses: name one with --listener"};
  }
  return best.listener;
}

}  // namespace

Found choose_listener(const proxy::Snapshot& snapshot, const ExplainedRequest& request) {
  if (!request.listener.empty()) return by_name(snapshot, request);
  std::vector<Candidate> fitting = candidates(snapshot, request);
  if (fitting.empty()) {
    return Failed{"no listener has " + port_text(request) + " (there are " +
                  all_listeners(snapshot) + "): name one with --listener"};
  }
  auto speaks_otherwise = [&](const Candidate& candidate) {
    return (candidate.listener.rules->tls != nullptr) != request.tls;
  };
  const std::string first = fitting.front().listener.rules->settings.name;
  std::erase_if(fitting, speaks_otherwise);
  if (!fitting.empty()) return the_best(fitting, request);
  return Failed{port_text(request) + " is that of listener " + first + ", which speaks " +
                (request.tls ? "no TLS: write http://" : "TLS: write https://")};
}

}  // namespace stickler::observe
