// SPDX-License-Identifier: MIT
// Where a command finds the running program: as told, as the file says, or at the usual place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "app/command_runtime.h"
#include "app/temporary_directory.h"

namespace stickler::app {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

class RuntimePlaceTest : public testing::Test {
 protected:
  Result<RuntimePlace, std::string> place(const std::string& more, std::string socket = "") const {
    const std::string web =
        "listeners = { web = { bind = \":1\"; redirect = { scheme = \"https\"; }; }; };";
    folder_.write("a.conf", web + more);
    return runtime_place({std::move(socket), {folder_.file("a.conf")}});
  }

  TemporaryDirectory folder_ = std::move(*TemporaryDirectory::create());
};

TEST_F(RuntimePlaceTest, IsTheOneThatIsTold) {
  auto found = place("wrong", "/there.sock");
  EXPECT_EQ(found->socket, "/there.sock");
  EXPECT_EQ(found->doubt, "");
}

TEST_F(RuntimePlaceTest, IsTheOneInTheFile) {
  auto found = place("runtime = { socket = \"/here.sock\"; };");
  EXPECT_EQ(found->socket, "/here.sock");
  EXPECT_EQ(found->doubt, "");
}

TEST_F(RuntimePlaceTest, IsTheUsualOneWhileTheFileIsWrong) {
  auto found = place("runtime = { socket = \"/here.sock\"; }; wrong");
  EXPECT_EQ(found->socket, "/run/stickler/stickler.sock");
  EXPECT_THAT(found->doubt, EndsWith("a.conf is wrong, and so does not say where the socket is; "));
}

TEST_F(RuntimePlaceTest, IsNowhereIfAGoodFileNamesNone) {
  EXPECT_THAT(place("").error(), HasSubstr("a.conf configures no runtime socket: add runtime"));
}

}  // namespace
}  // namespace stickler::app
