// SPDX-License-Identifier: MIT
// Every cookie × state of its server × date of last use × date of first use × limits configured.
#include "balance/cookie_fixture.h"

namespace stickler::balance {
namespace {

using namespace std::chrono_literals;

struct Name {
  const char* text;
  const char* server;  // "" : nobody's
  bool former = false;
};
constexpr Name kNames[] = {{"s1", "s1"}, {"s2", "s2"}, {"old", "s2", true},
                           {"zz", ""},   {"S1", ""},   {"", ""}};

constexpr Availability kAvailabilities[] = {Availability::unknown, Availability::up,
                                            Availability::drain, Availability::down,
                                            Availability::maint};

// With limits of one hour and a refresh each minute.
struct Stamp {
  const char* what;
  std::string text;
  bool is_date = true;  // else as if absent
  bool old = false;     // older than the refresh interval
  bool bad = false;     // beyond the limit, or a day ahead
};

struct Limits {
  Duration maxidle;
  Duration maxlife;
};
constexpr Limits kLimits[] = {{kNoLimit, kNoLimit}, {1h, kNoLimit}, {kNoLimit, 1h}, {1h, 1h}};

struct Case {
  Name name;
  Stamp last;
  Stamp first;
  Limits limits;

  std::string cookie() const {
    return std::string("NAME=") + name.text + "|" + last.text + "|" + first.text;
  }
  bool idle_limited() const { return limits.maxidle != kNoLimit; }
  bool life_limited() const { return limits.maxlife != kNoLimit; }

  CookieState expected_state() const {
    if (last.bad && idle_limited()) return CookieState::expired;
    if (first.bad && life_limited()) return CookieState::too_old;
    return *name.server == '\0' ? CookieState::invalid : CookieState::valid;
  }
  // Presented to the server that it names, which answers.
  bool expected_renewal() const {
    if (expected_state() != CookieState::valid || name.former || last.old) return true;
    return last.is_date != (idle_limited() || life_limited()) || first.is_date != life_limited();
  }
};

class CookieCases : public CookieTest {
 protected:
  CookieCases() { servers_[1].formerly = {"old"}; }

  const std::vector<Stamp> kStamps = {
      {"absent", "", false},
      {"short", "ZVP", false},
      {"bad digit", "ZV-xA", false},
      {"zero", "AAAAA", false},
      {"now", stamp(0)},
      {"fresh", stamp(60)},
      {"old", stamp(64), true, true},
      {"at the limit", stamp(3600), true, true},
      {"beyond the limit", stamp(3604), true, true, true},
      {"a day ahead", stamp(-86'400)},
      {"more than a day ahead", stamp(-86'404), true, false, true},
  };

  template <typename Check>
  void for_each_case(Check check) {
    for (const Name& name : kNames) {
      for (const Stamp& last : kStamps) {
        for (const Stamp& first : kStamps) {
          for (const Limits& limits : kLimits) check(Case{name, last, first, limits});
        }
      }
    }
  }

  void expect_judged_right(const Case& given) {
    settings_.maxidle = given.limits.maxidle;
    settings_.maxlife = given.limits.maxlife;
    CookieVerdict verdict = judge({given.cookie()});
    ASSERT_EQ(verdict.state, given.expected_state());
    bool valid = verdict.state == CookieState::valid;
    ASSERT_EQ(verdict.server ? servers_[*verdict.server].name : "", valid ? given.name.server : "");
    ASSERT_EQ(verdict.formerly, valid && given.name.former ? "old" : "");
    ASSERT_EQ(verdict.last.has_value(), valid && given.last.is_date);
    ASSERT_EQ(verdict.first.has_value(), valid && given.first.is_date);
    ASSERT_EQ(renews(given.cookie()), given.expected_renewal());
  }
};

TEST_F(CookieCases, AreJudgedRightWhateverTheStateOfTheServers) {
  for (Availability availability : kAvailabilities) {
    servers_[0].availability = availability;
    servers_[1].availability = availability;
    for_each_case([&](const Case& given) {
      SCOPED_TRACE(given.cookie() + ": last " + given.last.what + ", first " + given.first.what);
      expect_judged_right(given);
    });
  }
}

// What is written is honoured, and needs no renewal at once.
TEST_F(CookieCases, ReadBackWhatIsWrittenAsFresh) {
  for (const Limits& limits : kLimits) {
    settings_.maxidle = limits.maxidle;
    settings_.maxlife = limits.maxlife;
    std::string written = set_cookie(true);
    std::string cookie = written.substr(0, written.find(';'));
    EXPECT_EQ(judgement({cookie}), "valid s2");
    EXPECT_FALSE(renews(cookie)) << cookie;
  }
}

}  // namespace
}  // namespace stickler::balance
