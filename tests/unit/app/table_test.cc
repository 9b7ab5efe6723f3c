// SPDX-License-Identifier: MIT
#include "app/table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace stickler::app {
namespace {

Table people() {
  return {{{"NAME"}, {"AGE", true}, {"TOWN", false, true}, {"ABOUT"}},
          {{{"Zoë"}, {"7"}, {"Ulm", Tint::bad}, {"likes long sentences"}},
           {{"Bartholomew"}, {"41"}, {"Bonn"}, {""}}}};
}

TEST(Table, IsAligned) {
  EXPECT_EQ(render(people(), {}),
            "NAME         AGE  TOWN  ABOUT\n"
            "Zoë            7  Ulm   likes long sentences\n"
            "Bartholomew   41  Bonn  \n");
}

TEST(Table, IsNoWiderThanTheTerminal) {
  EXPECT_EQ(render(people(), {.width = 38}),
            "NAME         AGE  ABOUT\n"
            "Zoë            7  likes long sentences\n"
            "Bartholomew   41  \n");
  EXPECT_EQ(render(people(), {.width = 30}),
            "NAME         AGE  ABOUT\n"
            "Zoë            7  likes long …\n"
            "Bartholomew   41  \n");
}

TEST(Table, LeavesSomethingOfTheLastColumn) {
  EXPECT_EQ(render(people(), {.width = 5}),
            "NAME         AGE  ABOUT\n"
            "Zoë            7  likes lon…\n"
            "Bartholomew   41  \n");
}

// As long as the settings of a configuration.
Table settings() {
  using Cut = TableColumn::Cut;
  return {
      {{"SETTING", false, false, Cut::middle}, {"FROM", false, false, Cut::beginning}, {"VALUE"}},
      {{{"backends.server-pro.servers.server-pro-ha-1.address"},
        {"/etc/stickler/stickler.conf:112"},
        {"a value that is longer than all that there is room for"}},
       {{"timeouts.server"}, {"default"}, {"\"10s\""}}}};
}

TEST(Table, CutsABeginningFirstThenAMiddle) {
  EXPECT_EQ(
      render(settings(), {.width = 100}),
      "SETTING                                              FROM                   VALUE\n"
      "backends.server-pro.servers.server-pro-ha-1.address  …er/stickler.conf:112  a value that is "
      "longer …\n"
      "timeouts.server                                      default                \"10s\"\n");
  EXPECT_EQ(render(settings(), {.width = 80}),
            "SETTING                             FROM                VALUE\n"
            "backends.server-p…pro-ha-1.address  …stickler.conf:112  a value that is longer …\n"
            "timeouts.server                     default             \"10s\"\n");
}

TEST(Table, IsNoWiderWhateverTheWidth) {
  for (std::size_t width = 50; width < 200; ++width) {
    std::istringstream lines(render(settings(), {.width = width}));
    for (std::string line; std::getline(lines, line);) {
      const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
      EXPECT_LE(std::ranges::count_if(line, begins), width) << line;
    }
  }
}

TEST(Wrapped, BreaksBetweenWords) {
  EXPECT_EQ(wrapped("one two three four", 0), "one two three four\n");
  EXPECT_EQ(wrapped("one two three four", 9), "one two\n  three\n  four\n");
  EXPECT_EQ(wrapped("Zoë is a-word-that-is-too-long", 7), "Zoë is\n  a-word-that-is-too-long\n");
  EXPECT_EQ(wrapped("a\nb\x1b", 0), "a?b?\n");
  EXPECT_EQ(wrapped("", 9), "\n");
}

TEST(Table, ColoursWhatDeservesIt) {
  EXPECT_EQ(render({{{"A"}}, {{{"x", Tint::good}}, {{"y"}}}}, {.colour = true}),
            "\x1b[1mA\x1b[0m\n\x1b[32mx\x1b[0m\ny\n");
}

TEST(Table, LetsNobodyWriteToTheTerminal) {
  EXPECT_EQ(render({{{"A"}},
                    {{{"a\x1b[2J\nb\x7f\xc2\x9b"
                       "1mü"}}}},
                   {}),
            "A\na?[2J?b??1mü\n");
}

}  // namespace
}  // namespace stickler::app
