// SPDX-License-Identifier: MIT
// Sections, and what they inherit.
#include "haproxy/cfg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "translation.h"

namespace stickler::haproxy {
namespace {

// The first words of what the last section of `text` inherits.
std::string inherited(const std::string& text) {
  std::deque<Line> lines = read_lines(text, no_environment());
  Cfg cfg = read_sections(lines);
  std::string words;
  for (const Line* line : inherited_lines(cfg.sections.back())) words += line->words.front() + " ";
  return words;
}

TEST(Cfg, AProxyInheritsFromTheLastDefaults) {
  EXPECT_EQ(inherited("defaults\n a\ndefaults\n b\nlisten x\n c\n"), "b ");
}

TEST(Cfg, DefaultsStartAnew) { EXPECT_EQ(inherited("defaults\n a\ndefaults\n b\n"), ""); }

TEST(Cfg, DefaultsMayHaveNamesAndBeChosen) {
  EXPECT_EQ(inherited("defaults one\n a\ndefaults two\n b\nbackend x from one\n"), "a ");
}

TEST(Cfg, DefaultsMayInherit) {
  EXPECT_EQ(inherited("defaults one\n a\ndefaults two from one\n b\nfrontend x from two\n"),
            "a b ");
}

TEST(Cfg, NoDefaultsNothingInherited) { EXPECT_EQ(inherited("frontend x\n a\n"), ""); }

TEST(Cfg, OnlyProxiesInheritUnasked) { EXPECT_EQ(inherited("defaults\n a\npeers x\n"), ""); }

TEST(Cfg, WhatStandsBeforeAndBetweenIsKept) {
  std::deque<Line> lines =
      read_lines("early\nglobal\n.if x\n a\n .if y\n .endif\n.endif\n b\n", no_environment());
  Cfg cfg = read_sections(lines);
  EXPECT_EQ(cfg.outside.size(), 1u);
  EXPECT_EQ(cfg.conditional.size(), 5u);
  EXPECT_EQ(cfg.sections.front().lines.size(), 1u);
}

class CfgTranslation : public Translating {};

TEST_F(CfgTranslation, AnUnknownParentIsAComplaint) {
  EXPECT_EQ(complaints("listen x from nobody\n mode http\n"),
            "0: : nothing is left that listens: the result is no whole configuration\n"
            "1: listen x from nobody: there is no section 'defaults nobody' above\n"
            "2: mode http: its section 'listen x from nobody' is not translated");
}

TEST_F(CfgTranslation, ASectionOverridesItsDefaults) {
  config::Config config =
      whole("defaults\n mode http\n retries 5\n balance first\n" + in_listen(" retries 1\n"));
  EXPECT_EQ(config.backends[0].retry.attempts, 1u);
  EXPECT_EQ(config.backends[0].balance, config::Backend::Balance::first);
}

TEST_F(CfgTranslation, NoModeMeansTcpWhichIsLeftOut) {
  EXPECT_THAT(complaints("listen x\n bind :80\n" + in_listen("")),
              testing::AllOf(testing::HasSubstr("1: listen x: it is in mode tcp"),
                             testing::HasSubstr("2: bind :80: its section 'listen x'")));
}

TEST_F(CfgTranslation, ADisabledSectionIsLeftOutWithoutAWord) {
  config::Config config = whole("listen x\n mode http\n bind :81\n disabled\n" + in_listen(""));
  EXPECT_EQ(config.listeners.size(), 1u);
}

TEST_F(CfgTranslation, ConditionsOfTheFileAreToldOf) {
  EXPECT_THAT(complaints("global\n.if x\n daemon\n.endif\n" + in_listen("")),
              testing::AllOf(testing::HasSubstr("2: .if x: "), testing::HasSubstr("3: daemon: "),
                             testing::HasSubstr("4: .endif: ")));
}

TEST_F(CfgTranslation, SectionsOfOtherKindsAreToldOfLineByLine) {
  EXPECT_THAT(
      complaints("peers p\n peer a 10.0.0.1:1\nuserlist u\n user me password x\n" + in_listen("")),
      testing::AllOf(testing::HasSubstr("1: peers p: balancers share stick tables"),
                     testing::HasSubstr("2: peer a 10.0.0.1:1: its section 'peers p'"),
                     testing::HasSubstr("3: userlist u: passwords"),
                     testing::HasSubstr("4: user me password ***: its section")));
}

TEST_F(CfgTranslation, ResolversAreNotNeeded) {
  whole("resolvers dns\n nameserver a 10.0.0.1:53\n" + in_listen(""));
}

TEST_F(CfgTranslation, NoLineIsLostInSilence) {
  EXPECT_EQ(complaints(in_listen(" frobnicate now\n")),
            "6: frobnicate now: it is not a directive that the import knows; "
            "docs/migrate-from-haproxy.md has those it does");
}

TEST_F(CfgTranslation, DefaultsThatNobodyUsesAreReadAllTheSame) {
  EXPECT_EQ(
      complaints("defaults\n retries 3\n stick on src\ndefaults\n mode http\n" + in_listen("")),
      "3: stick on src: write it as tables and backends.NAME.stick: "
      "docs/sticky-tables.md");
}

}  // namespace
}  // namespace stickler::haproxy
