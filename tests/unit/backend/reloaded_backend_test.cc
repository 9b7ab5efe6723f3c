// SPDX-License-Identifier: MIT
// What a backend made for a new configuration shares with the one before.
#include <gtest/gtest.h>

#include "backend/backend.h"
#include "backend/test_backend.h"

namespace stickler::backend {
namespace {

using balance::Availability;

class ReloadedBackend : public testing::Test {
 protected:
  // The backend for the settings as they are now.
  Backend& reload() {
    settings_.push_back(std::make_unique<config::Backend>(next_));
    const Backend* before = backends_.empty() ? nullptr : backends_.back().get();
    backends_.push_back(std::make_unique<Backend>(*settings_.back(), 0, identities_, before));
    return *backends_.back();
  }

  config::Backend next_ = test::settings_of(2, 1);
  Identities identities_;
  std::vector<std::unique_ptr<config::Backend>> settings_;
  std::vector<std::unique_ptr<Backend>> backends_;
};

TEST_F(ReloadedBackend, KeepsAServerThatStaysWithAllThatIsKnownOfIt) {
  Backend& before = reload();
  before.server(1).view().availability = Availability::down;
  next_.servers.erase(next_.servers.begin());
  Backend& after = reload();
  EXPECT_EQ(&after.server(0), &before.server(1));
  EXPECT_EQ(after.server(0).view().availability, Availability::down);
}

TEST_F(ReloadedBackend, MakesAServerAnewThatIsAnotherUnderTheSameName) {
  Backend& before = reload();
  next_.servers[0].address = "127.0.0.1:99";
  Backend& after = reload();
  EXPECT_NE(&after.server(0), &before.server(0));
  EXPECT_EQ(after.server(0).id(), before.server(0).id());
  EXPECT_NE(after.server(0).serial(), before.server(0).serial());
  EXPECT_NE(after.server(0).id(), after.server(1).id());
}

TEST_F(ReloadedBackend, ChangesNothingBeforeItIsInForce) {
  Backend& before = reload();
  next_.servers[0].weight = 7;
  next_.servers[0].maxconn = 9;
  Backend& after = reload();
  EXPECT_EQ(before.server(0).view().weight, 1U);
  after.take_force();
  EXPECT_EQ(before.server(0).view().weight, 7U);
  EXPECT_EQ(before.server(0).view().maxconn, 9U);
}

TEST_F(ReloadedBackend, LeavesAnAdministratorsWeightAloneUnlessTheFileChangedIt) {
  Backend& before = reload();
  before.server(0).view().weight = 5;
  reload().take_force();
  EXPECT_EQ(before.server(0).view().weight, 5U);
  next_.servers[0].weight = 2;
  reload().take_force();
  EXPECT_EQ(before.server(0).view().weight, 2U);
}

TEST_F(ReloadedBackend, CountsTheRequestsFromBefore) {
  Backend& before = reload();
  EXPECT_TRUE(before.server(0).try_take_slot());
  Backend& after = reload();
  EXPECT_FALSE(after.server(0).try_take_slot());
  before.give_back_slot(0);
  EXPECT_TRUE(after.server(0).try_take_slot());
}

}  // namespace
}  // namespace stickler::backend
