// SPDX-License-Identifier: MIT
#include "balance/cookie_persistence.h"

#include "balance/cookie_fixture.h"

namespace stickler::balance {
namespace {

using namespace std::chrono_literals;

class JudgeCookie : public CookieTest {};
class NeedsCookie : public CookieTest {};
class SetCookie : public CookieTest {};

TEST_F(JudgeCookie, FindsTheServerByItsCookieOrNothing) {
  EXPECT_EQ(judgement({"NAME=s2"}), "valid s2");
  EXPECT_EQ(judgement({"a=1; NAME=s3; b=2"}), "valid s3");
  EXPECT_EQ(judgement({"a=b, NAME=s3"}), "valid s3");
  EXPECT_EQ(judgement({"a=1", "NAME=s3"}), "valid s3");
  EXPECT_EQ(judgement({"xNAME=s1; NAMEx=s1; name=s1"}), "none");
  EXPECT_EQ(judgement({}), "none");
}

TEST_F(JudgeCookie, KeepsTheValueThatCountsAsItCame) {
  settings_.maxidle = 1h;
  const std::string old = "s1|" + stamp(7200) + "|" + stamp(9000);
  const CookieVerdict verdict = judge({"NAME=" + old + "; a=1"});
  EXPECT_EQ(verdict.state, CookieState::expired);
  EXPECT_EQ(verdict.value, old);
  EXPECT_EQ(judge({"NAME=" + old, "NAME=s2"}).value, "s2");
}

TEST_F(JudgeCookie, TakesAValueApartWithoutJudgingIt) {
  const std::string value = "s1|" + stamp(7200) + "|" + stamp(9000);
  const CookieParts parts = split_cookie(value);
  EXPECT_EQ(parts.server, "s1");
  EXPECT_EQ(parts.last, kNow - 7200);
  EXPECT_EQ(parts.first, kNow - 9000);
  EXPECT_EQ(split_cookie("s1").last, std::nullopt);
}

TEST_F(JudgeCookie, ReadsNoOtherField) {
  std::vector<http::Field> fields = {{"X-Cookie", "NAME=s1", http::FieldId::other}};
  EXPECT_EQ(judge_cookie(settings_, fields, servers_.all(), kNow).state, CookieState::none);
}

TEST_F(JudgeCookie, RefusesWhatNamesNoServerExactly) {
  for (auto value : {"s4", "S2", "\"s2\"", "s", "s22", "", "|ZVPxA", "s2%7C"}) {
    EXPECT_EQ(judgement({std::string("NAME=") + value}), "invalid") << value;
  }
}

TEST_F(JudgeCookie, FindsNoServerByAnEmptyCookieEvenIfOneHasNone) {
  servers_[0].cookie = "";
  EXPECT_EQ(judgement({"NAME="}), "invalid");
}

TEST_F(JudgeCookie, HonoursFormerNamesButAServersOwnNameFirst) {
  servers_[0].formerly = {"older", "old"};
  servers_[1].formerly = {"s3"};
  EXPECT_EQ(judgement({"NAME=old"}), "valid s1, formerly old");
  EXPECT_EQ(judgement({"NAME=s3"}), "valid s3");
}

TEST_F(JudgeCookie, KeepsTheFormerNameAfterTheRequestIsGone) {
  servers_[0].formerly = {"old"};
  CookieVerdict verdict = judge({"NAME=old"});
  sent_.clear();
  EXPECT_EQ(verdict.formerly.data(), servers_[0].formerly[0].data());
}

TEST_F(JudgeCookie, AcceptsDatesThatAreMissingShortOrBad) {
  settings_.maxidle = 1h;
  settings_.maxlife = 2h;
  for (auto value : {"s2", "s2|", "s2|ZVP", "s2|ZVP!A", "s2|AAAAA", "s2||", "s2|AAAAA|AAAAA"}) {
    EXPECT_EQ(judgement({std::string("NAME=") + value}), "valid s2") << value;
  }
}

TEST_F(JudgeCookie, ExpiresStrictlyAfterMaxidleAndMoreThanADayAhead) {
  settings_.maxidle = 1h;
  EXPECT_EQ(judgement({"NAME=s2|" + stamp(3600)}), "valid s2");
  EXPECT_EQ(judgement({"NAME=s2|" + stamp(3604)}), "expired");
  EXPECT_EQ(judgement({"NAME=s2|" + stamp(-86'400)}), "valid s2");
  EXPECT_EQ(judgement({"NAME=s2|" + stamp(-86'404)}), "expired");
}

TEST_F(JudgeCookie, IsTooOldStrictlyAfterMaxlifeAndMoreThanADayAhead) {
  settings_.maxlife = 1h;
  EXPECT_EQ(judgement({"NAME=s2|" + stamp(0) + "|" + stamp(3600)}), "valid s2");
  EXPECT_EQ(judgement({"NAME=s2|" + stamp(0) + "|" + stamp(3604)}), "too old");
  EXPECT_EQ(judgement({"NAME=s2|" + stamp(0) + "|" + stamp(-86'400)}), "valid s2");
  EXPECT_EQ(judgement({"NAME=s2|" + stamp(0) + "|" + stamp(-86'404)}), "too old");
}

TEST_F(JudgeCookie, DropsTheDatesOfACookieThatDoesNotCount) {
  settings_.maxlife = 1h;
  CookieVerdict verdict = judge({"NAME=s2|" + stamp(0) + "|" + stamp(4000)});
  EXPECT_EQ(verdict.first, std::nullopt);
  EXPECT_EQ(verdict.last, std::nullopt);
}

TEST_F(JudgeCookie, TakesTheFirstOfSeveralThatIsGood) {
  settings_.maxidle = 1h;
  EXPECT_EQ(judgement({"NAME=s2; NAME=s3"}), "valid s2");
  EXPECT_EQ(judgement({"NAME=zz; NAME=s3"}), "valid s3");
  EXPECT_EQ(judgement({"NAME=zz", "NAME=s3"}), "valid s3");
  EXPECT_EQ(judgement({"NAME=s2|" + stamp(4000) + "; NAME=s3|" + stamp(0)}), "valid s3");
  EXPECT_EQ(judgement({"NAME=s2|" + stamp(0) + "; NAME=s3|" + stamp(4000)}), "valid s2");
}

TEST_F(JudgeCookie, NeverMixesTheDatesOfSeveral) {
  CookieVerdict verdict = judge({"NAME=s2|" + stamp(40), "NAME=s3|" + stamp(80)});
  EXPECT_EQ(verdict.last, kNow - 40);
}

TEST_F(JudgeCookie, ReportsTheFirstOfSeveralIfNoneIsGood) {
  settings_.maxidle = 1h;
  EXPECT_EQ(judgement({"NAME=zz; NAME=s2|" + stamp(4000)}), "invalid");
  EXPECT_EQ(judgement({"NAME=s2|" + stamp(4000) + "; NAME=zz"}), "expired");
}

TEST_F(JudgeCookie, PrefersAmongSeveralTheFirstWhoseServerServesItsSessions) {
  servers_[0].availability = Availability::down;
  servers_[1].availability = Availability::drain;
  EXPECT_EQ(judgement({"NAME=zz; NAME=s1; NAME=s2; NAME=s3"}), "valid s2");
  servers_[1].availability = Availability::maint;
  EXPECT_EQ(judgement({"NAME=zz; NAME=s1; NAME=s2"}), "valid s1");
}

TEST_F(NeedsCookie, IfThereIsNoneOrItDidNotCount) {
  EXPECT_TRUE(renews("other=1"));
  EXPECT_TRUE(renews("NAME=zz"));
  EXPECT_FALSE(renews("NAME=s2"));
}

TEST_F(NeedsCookie, IfAnotherServerAnswers) {
  EXPECT_TRUE(needs_cookie(settings_, judge({"NAME=s2"}), 2, kNow));
  EXPECT_FALSE(needs_cookie(settings_, judge({"NAME=s2"}), 1, kNow));
}

TEST_F(NeedsCookie, IfTheNameIsAFormerOne) {
  servers_[0].formerly = {"old"};
  EXPECT_TRUE(renews("NAME=old"));
}

TEST_F(NeedsCookie, OnceInEachRefreshInterval) {
  settings_.maxidle = 24h;
  EXPECT_FALSE(renews("NAME=s2|" + stamp(60)));
  EXPECT_TRUE(renews("NAME=s2|" + stamp(64)));
  EXPECT_FALSE(renews("NAME=s2|" + stamp(-3600)));
}

TEST_F(NeedsCookie, AsOftenAsHaproxyDoesIfRefreshIsZero) {
  settings_.maxidle = 24h;
  settings_.refresh = 0s;
  EXPECT_FALSE(renews("NAME=s2|" + stamp(0)));
  EXPECT_TRUE(renews("NAME=s2|" + stamp(4)));
}

TEST_F(NeedsCookie, EarlyEnoughThatAnActiveSessionNeverExpires) {
  settings_.maxidle = 1min;
  EXPECT_FALSE(renews("NAME=s2|" + stamp(12)));
  EXPECT_TRUE(renews("NAME=s2|" + stamp(16)));
}

TEST_F(NeedsCookie, IfDatesAreMissing) {
  settings_.maxidle = 24h;
  EXPECT_TRUE(renews("NAME=s2"));
  settings_.maxlife = 48h;
  EXPECT_TRUE(renews("NAME=s2|" + stamp(0)));
  EXPECT_FALSE(renews("NAME=s2|" + stamp(0) + "|" + stamp(3600)));
}

TEST_F(NeedsCookie, IfDatesAreSuperfluous) {
  EXPECT_TRUE(renews("NAME=s2|" + stamp(0)));
  settings_.maxidle = 24h;
  EXPECT_TRUE(renews("NAME=s2|" + stamp(0) + "|" + stamp(0)));
}

TEST_F(SetCookie, IsByteForByteHaproxysOverPlainHttp) {
  EXPECT_EQ(set_cookie(false), "NAME=s2; path=/");
  settings_.maxidle = 24h;
  EXPECT_EQ(set_cookie(false), "NAME=s2|ZVPxA; path=/");
  settings_.maxlife = 48h;
  EXPECT_EQ(set_cookie(false), "NAME=s2|ZVPxA|ZVPxA; path=/");
  settings_.maxidle = kNoLimit;
  EXPECT_EQ(set_cookie(false), "NAME=s2|ZVPxA|ZVPxA; path=/");
}

TEST_F(SetCookie, KeepsTheFirstUseOfASessionThatIsOnlyRefreshed) {
  settings_.maxlife = 48h;
  EXPECT_EQ(set_cookie(false, kNow - 3600), "NAME=s2|ZVPxA|" + stamp(3600) + "; path=/");
}

TEST_F(SetCookie, IsSafeByDefaultBehindTls) {
  EXPECT_EQ(set_cookie(true), "NAME=s2; path=/; HttpOnly; Secure; SameSite=Lax");
}

TEST_F(SetCookie, LastsAsLongAsTheSessionBehindTls) {
  settings_.maxidle = 90s;
  EXPECT_EQ(set_cookie(true), "NAME=s2|ZVPxA; path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=90");
  settings_.maxidle = 1ms;
  EXPECT_TRUE(set_cookie(true).ends_with("; Max-Age=1"));
}

TEST_F(SetCookie, DoesWhatIsConfiguredWithOrWithoutTls) {
  settings_.path = "/app";
  settings_.domains = {"a.example", "b.example"};
  settings_.httponly = true;
  settings_.secure = config::Cookie::Secure::always;
  settings_.samesite = config::Cookie::SameSite::none;
  for (bool tls : {false, true}) {
    EXPECT_EQ(set_cookie(tls),
              "NAME=s2; path=/app; domain=a.example; domain=b.example; HttpOnly; Secure; "
              "SameSite=None");
  }
}

TEST_F(SetCookie, LeavesOutWhatIsSwitchedOffEvenBehindTls) {
  settings_.httponly = false;
  settings_.secure = config::Cookie::Secure::never;
  settings_.samesite = config::Cookie::SameSite::unset;
  EXPECT_EQ(set_cookie(true), "NAME=s2; path=/");
  settings_.samesite = config::Cookie::SameSite::strict;
  EXPECT_EQ(set_cookie(true), "NAME=s2; path=/; SameSite=Strict");
}

TEST_F(SetCookie, IsAppended) {
  std::string out = "set-cookie: ";
  append_set_cookie(settings_, "s1", {}, kNow, false, out);
  EXPECT_EQ(out, "set-cookie: NAME=s1; path=/");
}

}  // namespace
}  // namespace stickler::balance
