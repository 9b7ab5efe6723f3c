// SPDX-License-Identifier: MIT
#include "app/table.h"

#include <gtest/gtest.h>

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
