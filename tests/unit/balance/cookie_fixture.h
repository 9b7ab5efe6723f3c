// SPDX-License-Identifier: MIT
// A language for tests of cookie persistence: three servers, a clock that stands still, cookies
// NAME.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <string>
#include <vector>

#include "balance/cookie_persistence.h"
#include "balance/test_servers.h"

namespace stickler::balance {

class CookieTest : public testing::Test {
 protected:
  static constexpr std::time_t kNow = 1'700'000'000;

  CookieTest() { settings_.name = "NAME"; }

  // The stamp of `age` seconds ago.
  static std::string stamp(std::time_t age) {
    std::string text;
    append_stamp(kNow - age, text);
    return text;
  }

  // The verdict on a request with these Cookie fields.
  CookieVerdict judge(std::initializer_list<std::string> cookie_fields) {
    std::vector<http::Field> fields;
    for (const std::string& value : cookie_fields) {
      sent_.push_back(value);  // the verdict may not view what dies before it
      fields.push_back({"Cookie", sent_.back(), http::FieldId::cookie});
    }
    return judge_cookie(settings_, fields, servers_.all(), kNow);
  }

  // In short: "valid s2", "expired", …
  std::string judgement(std::initializer_list<std::string> cookie_fields) {
    CookieVerdict verdict = judge(cookie_fields);
    std::string text = kStates[static_cast<std::size_t>(verdict.state)];
    if (verdict.server) text += " " + servers_[*verdict.server].name;
    if (!verdict.formerly.empty()) text += ", formerly " + std::string(verdict.formerly);
    return text;
  }

  // Whether the server named by the cookie, answering itself, sends a new one.
  bool renews(const std::string& cookie_field) {
    CookieVerdict verdict = judge({cookie_field});
    return needs_cookie(settings_, verdict, verdict.server.value_or(0), kNow);
  }

  std::string set_cookie(bool tls, std::optional<std::time_t> first = {}) {
    std::string value;
    append_set_cookie(settings_, "s2", first, kNow, tls, value);
    return value;
  }

  static constexpr const char* kStates[] = {"none", "valid", "invalid", "expired", "too old"};

  config::Cookie settings_;
  TestServers servers_{3};
  std::deque<std::string> sent_;
};

}  // namespace stickler::balance
