// SPDX-License-Identifier: MIT
// A language for tests of explanations: a configuration as text, its servers up unless told
// otherwise, and requests in a few words.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "balance/cookie_stamp.h"
#include "config/config_files.h"
#include "observe/explain.h"

namespace stickler::observe {

class ExplainTest : public config::ConfigFiles {
 protected:
  static constexpr std::time_t kNow = 1'700'000'000;

  void given(const std::string& text) { given(std::make_shared<config::Config>(good(text))); }
  void given(std::shared_ptr<const config::Config> settings) {
    auto built = proxy::Snapshot::build(std::move(settings));
    ASSERT_TRUE(built.ok()) << built.error();
    snapshot_ = std::move(*built);
    for (std::size_t i = 0; i < backend().size(); ++i) server(i) = balance::Availability::up;
  }
  // One listener "web" on port 80, and backend "app" with servers one, two and three.
  void given(const std::string& in_listener, const std::string& in_backend) {
    given(
        "listeners = { web = { bind = \":80\"; backend = \"app\";\n" + in_listener +
        "}; };\nbackends = { app = {" + in_backend +
        "\nservers = {\n one = { address = \"10.0.0.1\"; };\n two = { address = \"10.0.0.2\"; };\n"
        " three = { address = \"10.0.0.3\"; }; }; }; };\n");
  }

  backend::Backend& backend() { return *snapshot_->backends.front(); }
  std::atomic<balance::Availability>& server(std::size_t position) {
    return backend().server(position).view().availability;
  }
  void all_are(balance::Availability state) {
    for (std::size_t i = 0; i < backend().size(); ++i) server(i) = state;
  }
  void fill(std::size_t position) {
    backend().server(position).view().maxconn = 1;
    backend().server(position).view().active = 1;
  }

  Result<Explanation, std::string> explain_words(const ExplainWords& words) {
    auto request = read_explained_request(words);
    if (!request) return Failed{request.error()};
    return observe::explain(*snapshot_, *request, kNow);
  }
  Explanation explained(const ExplainWords& words = {.url = "http://a.example/"}) {
    auto explanation = explain_words(words);
    EXPECT_TRUE(explanation.ok());
    return explanation ? *explanation : Explanation{};
  }
  Explanation with_cookie(const std::string& cookie) {
    return explained({.url = "http://a.example/", .cookies = {cookie}});
  }
  // Why there is no explanation.
  std::string refused(const ExplainWords& words) {
    auto explanation = explain_words(words);
    EXPECT_FALSE(explanation.ok());
    return explanation ? "" : explanation.error();
  }

  // "one two: roundrobin", "queue one: cookie", "503: one is down, …", "302: redirect of …"
  static std::string in_short(const Explanation::Outcome& outcome) {
    using Kind = Explanation::Outcome::Kind;
    std::string text;
    if (outcome.kind == Kind::queue) text = "queue";
    if (outcome.kind == Kind::wait) text = "wait";
    if (outcome.kind == Kind::answered || outcome.kind == Kind::refused) {
      text = std::to_string(outcome.status);
    }
    for (const std::string& name : outcome.servers) text += (text.empty() ? "" : " ") + name;
    return text + ": " + outcome.reason;
  }

  // A stamp of that many seconds ago.
  static std::string stamp(std::time_t age) {
    std::string text;
    balance::append_stamp(kNow - age, text);
    return text;
  }

  std::shared_ptr<proxy::Snapshot> snapshot_;
};

}  // namespace stickler::observe
