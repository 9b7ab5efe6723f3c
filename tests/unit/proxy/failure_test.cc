// SPDX-License-Identifier: MIT
#include "proxy/failure.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

namespace stickler::proxy {
namespace {

constexpr std::array kWhos = {Who::client, Who::server, Who::us};
constexpr std::array kPhases = {Phase::request_head,  Phase::queue, Phase::connect,
                                Phase::response_head, Phase::body,  Phase::tunnel};
constexpr std::array kWhys = {Why::closed,    Why::refused,  Why::timed_out, Why::invalid,
                              Why::too_large, Why::unusable, Why::full,      Why::stopping};

// "503 SQ": what the client and the log are told.
std::string told(Who who, Phase phase, Why why) {
  Failure failure{who, phase, why};
  TerminationFlags flags = flags_of(failure);
  return std::to_string(status_of(failure)) + " " + flags.who + flags.phase;
}

template <typename Check>
void for_each_failure(Check check) {
  for (Who who : kWhos) {
    for (Phase phase : kPhases) {
      for (Why why : kWhys) check(Failure{who, phase, why});
    }
  }
}

// As HAProxy 2.6 answers and logs the same.
TEST(Failure, IsToldAsHaproxyTellsIt) {
  EXPECT_EQ(told(Who::server, Phase::queue, Why::timed_out), "503 sQ");
  EXPECT_EQ(told(Who::server, Phase::queue, Why::full), "503 SQ");
  EXPECT_EQ(told(Who::server, Phase::queue, Why::unusable), "503 SC");
  EXPECT_EQ(told(Who::server, Phase::connect, Why::refused), "503 SC");
  EXPECT_EQ(told(Who::server, Phase::connect, Why::timed_out), "503 sC");
  EXPECT_EQ(told(Who::server, Phase::response_head, Why::closed), "502 SH");
  EXPECT_EQ(told(Who::server, Phase::response_head, Why::invalid), "502 PH");
  EXPECT_EQ(told(Who::server, Phase::response_head, Why::timed_out), "504 sH");
  EXPECT_EQ(told(Who::server, Phase::body, Why::closed), "502 SD");
  EXPECT_EQ(told(Who::server, Phase::body, Why::timed_out), "504 sD");
  EXPECT_EQ(told(Who::client, Phase::body, Why::closed), "400 CD");
  EXPECT_EQ(told(Who::client, Phase::body, Why::timed_out), "408 cD");
  EXPECT_EQ(told(Who::client, Phase::response_head, Why::closed), "400 CH");
}

TEST(Failure, OfAStalledUploadIsTheClients) {
  EXPECT_EQ(told(Who::client, Phase::response_head, Why::timed_out), "408 cH");
  EXPECT_EQ(told(Who::client, Phase::response_head, Why::too_large), "413 PH");
  EXPECT_EQ(told(Who::client, Phase::response_head, Why::invalid), "400 PH");
}

TEST(Failure, AlwaysHasAStatusThatBlamesTheRightSide) {
  for_each_failure([](const Failure& failure) {
    unsigned status = status_of(failure);
    EXPECT_EQ(status / 100, failure.who == Who::client ? 4U : 5U);
    const std::set<unsigned> known = {400, 408, 413, 502, 503, 504};
    EXPECT_TRUE(known.contains(status)) << status;
  });
}

TEST(Failure, IsFlaggedInSmallLettersForTimeLimitsOnly) {
  for_each_failure([](const Failure& failure) {
    char who = flags_of(failure).who;
    bool small = who == 'c' || who == 's';
    EXPECT_EQ(small, failure.why == Why::timed_out && failure.who != Who::us);
    if (failure.who == Who::client) {
      EXPECT_TRUE(who == 'c' || who == 'C' || who == 'P');
    }
    if (failure.who == Who::server) {
      EXPECT_TRUE(who == 's' || who == 'S' || who == 'P');
    }
  });
}

TEST(Failure, IsDescribedForPeopleAlways) {
  for_each_failure([](const Failure& failure) {
    EXPECT_NE(describe(failure), "");
    EXPECT_NE(short_name(failure), "");
  });
}

TEST(Failure, IsDescribedByItsDetailIfItHasOne) {
  Failure failure{Who::server, Phase::response_head, Why::invalid, Repeat::never, "bare LF"};
  EXPECT_EQ(describe(failure), "bare LF");
}

TEST(Failure, NamesTheTimeLimitThatEndedIt) {
  const std::pair<Failure, std::string_view> cases[] = {
      {{Who::server, Phase::queue, Why::timed_out}, "timeouts.queue"},
      {{Who::server, Phase::connect, Why::timed_out}, "timeouts.connect"},
      {{Who::server, Phase::response_head, Why::timed_out}, "timeouts.server"},
      {{Who::server, Phase::body, Why::timed_out}, "timeouts.server"},
      {{Who::client, Phase::response_head, Why::timed_out}, "timeouts.body"},
      {{Who::client, Phase::body, Why::timed_out}, "timeouts.client"},
  };
  for (const auto& [failure, limit] : cases) {
    EXPECT_NE(describe(failure).find(limit), std::string_view::npos) << limit;
  }
}

TEST(Failure, IsNamedForTheReasonOfARedispatch) {
  EXPECT_EQ(short_name({Who::server, Phase::connect, Why::refused}), "connect refused");
  EXPECT_EQ(short_name({Who::server, Phase::connect, Why::timed_out}), "connect timed out");
  EXPECT_EQ(short_name({Who::server, Phase::response_head, Why::closed}), "connection closed");
}

}  // namespace
}  // namespace stickler::proxy
