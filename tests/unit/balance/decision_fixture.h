// SPDX-License-Identifier: MIT
// A language for tests of decisions: servers s1, s2, … of backend "web" with a state each, and what
// a request brings along.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "balance/decision.h"
#include "balance/test_servers.h"

namespace stickler::balance {

class DecisionTest : public testing::Test {
 protected:
  using OnDown = config::Backend::OnDown;
  using OnFull = config::Backend::OnFull;

  explicit DecisionTest(std::size_t servers = 3) : servers_(servers) {
    backend_.name = "web";
    backend_.cookie.emplace().name = "SRV";
    route_.name = "git";
    question_.backend = &backend_;
    question_.servers = servers_.all();
  }

  // "up", "down", "drain", "maint", "unknown", "weightless", and behind that "full", "backup".
  void given(std::size_t position, std::string_view state) {
    ServerView& server = servers_[position];
    auto says = [state](std::string_view word) { return state.find(word) != state.npos; };
    server.availability = Availability::up;
    if (says("unknown")) server.availability = Availability::unknown;
    if (says("drain")) server.availability = Availability::drain;
    if (says("down")) server.availability = Availability::down;
    if (says("maint")) server.availability = Availability::maint;
    server.weight = says("weightless") ? 0 : 1;
    server.maxconn = 1;
    server.active = says("full") ? 1 : 0;
    server.backup = says("backup");
  }
  void given(const std::vector<std::string_view>& states) {
    for (std::size_t i = 0; i < states.size(); ++i) given(i, states[i]);
  }

  // What the request brings; servers by number, from 1.
  void pinned_to(std::size_t server, bool strict) {
    question_.pin = server - 1;
    question_.route = &route_;
    route_.strict = strict;
  }
  void with_cookie_of(std::size_t server, std::string_view formerly = {}) {
    question_.cookie = {CookieState::valid, server - 1, formerly, {}, {}};
  }
  void having_tried(const std::vector<std::size_t>& servers) {
    tried_.clear();
    for (std::size_t server : servers) tried_.push_back(server - 1);
    question_.tried = tried_;
    question_.last_failure = tried_.empty() ? "" : "connect refused";
  }

  Choice decide_now() { return decide(question_, *algorithm_); }

  // "s1: cookie", "queue s1: cookie", "queue: web is full", "wait: …", "refuse: …"
  std::string decision() {
    Choice choice = decide_now();
    constexpr std::string_view kKinds[] = {"", "queue ", "wait ", "refuse "};
    std::string text(kKinds[static_cast<std::size_t>(choice.kind)]);
    if (choice.server) text += servers_[*choice.server].name;
    if (text.ends_with(' ')) text.pop_back();
    return text + ": " + to_string(choice.reason);
  }

  TestServers servers_;
  config::Backend backend_;
  config::Route route_;
  Question question_;
  std::vector<std::size_t> tried_;
  std::unique_ptr<Algorithm> algorithm_ =
      make_algorithm(config::Backend::Balance::first, servers_.all());
};

}  // namespace stickler::balance
