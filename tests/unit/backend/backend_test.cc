// SPDX-License-Identifier: MIT
#include "backend/backend.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "backend/test_backend.h"
#include "net/test_loop.h"

namespace stickler::backend {
namespace {

using balance::Availability;
using test::settings_of;

TEST(Server, IsWhatItsSettingsSay) {
  config::Backend settings = settings_of(1, 7);
  settings.servers[0].formerly = {"old"};
  settings.servers[0].weight = 3;
  settings.servers[0].backup = true;
  Server server(settings.servers[0]);
  EXPECT_EQ(server.view().name, "s1");
  EXPECT_EQ(server.view().formerly, std::vector<std::string>{"old"});
  EXPECT_EQ(server.view().weight, 3U);
  EXPECT_EQ(server.view().maxconn, 7U);
  EXPECT_TRUE(server.view().backup);
  EXPECT_EQ(server.address()->text(), "127.0.0.1:1");
}

TEST(Server, HasNoAddressUntilItsNameHasResolved) {
  config::Server settings;
  settings.address = "name:80";
  Server server(settings);
  EXPECT_FALSE(server.address());
  server.set_address(*net::Address::parse("10.0.0.1:80"));
  EXPECT_EQ(server.address()->text(), "10.0.0.1:80");
}

TEST(Server, GivesNoMoreSlotsThanItHas) {
  Server server(settings_of(1, 2).servers[0]);
  EXPECT_TRUE(server.try_take_slot());
  EXPECT_TRUE(server.try_take_slot());
  EXPECT_FALSE(server.try_take_slot());
  server.give_back_slot();
  EXPECT_TRUE(server.try_take_slot());
}

TEST(Server, GivesNoMoreSlotsThanItHasToManyThreads) {
  Server server(settings_of(1, 3).servers[0]);
  std::atomic<int> most{0};
  auto work = [&] {
    for (int i = 0; i < 5000; ++i) {
      if (!server.try_take_slot()) continue;
      int now = static_cast<int>(server.view().active.load());
      if (now > most.load()) most.store(now);
      server.give_back_slot();
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, 3);
  EXPECT_EQ(server.view().active, 0U);
}

TEST(Backend, LooksForAPlaceWithoutTakingATurn) {
  config::Backend settings = settings_of(3);
  settings.balance = config::Backend::Balance::roundrobin;
  Backend backend(settings);
  balance::Question question;
  question.backend = &settings;
  question.servers = backend.views();
  std::size_t first = backend.choose(question).server.value();
  EXPECT_TRUE(backend.has_place(question));
  EXPECT_EQ(backend.choose(question).server, (first + 1) % 3);
  for (std::size_t i = 0; i < 3; ++i) {
    backend.server(i).view().availability = Availability::down;
  }
  EXPECT_FALSE(backend.has_place(question));
}

TEST(Backend, TakesItsServersForUsableOnlyIfNobodyChecksThem) {
  config::Backend settings = settings_of(1);
  EXPECT_EQ(Backend(settings).server(0).view().availability, Availability::up);
  settings.check.kind = config::Check::Kind::http;
  EXPECT_EQ(Backend(settings).server(0).view().availability, Availability::unknown);
}

TEST(Backend, FindsServersByName) {
  config::Backend settings = settings_of(3);
  Backend backend(settings);
  EXPECT_EQ(backend.position_of("s3"), 2U);
  EXPECT_FALSE(backend.position_of("s4"));
}

TEST(Backend, CountsTheRequestsOfAllServers) {
  config::Backend settings = settings_of(2);
  Backend backend(settings);
  for (std::size_t server : {0U, 1U, 1U}) backend.server(server).try_take_slot();
  EXPECT_EQ(backend.active(), 3U);
  backend.give_back_slot(1);
  EXPECT_EQ(backend.active(), 2U);
}

class QueueTicketTest : public testing::Test, protected net::test::TestLoop {
 protected:
  QueueTicketTest() {
    for (std::size_t server : {0U, 1U}) backend_.server(server).try_take_slot();
  }
  unsigned active(std::size_t server) { return backend_.server(server).view().active; }
  unsigned queued(std::size_t server) { return backend_.server(server).view().queued; }
  std::size_t waiting_for(std::size_t server) {
    return backend_.queue().waiting_for(backend_.server(server).serial());
  }

  config::Backend settings_ = settings_of(2, 1);
  Backend backend_{settings_};
};

TEST_F(QueueTicketTest, IsHandedTheSlotOfAServerItAwaits) {
  QueueTicket ticket(backend_, 0, {0});
  backend_.give_back_slot(0);
  EXPECT_EQ(active(0), 1U);
  EXPECT_EQ(ticket.leave(), 0U);
}

TEST_F(QueueTicketTest, IsNotHandedTheSlotOfAServerItDoesNotAwait) {
  QueueTicket ticket(backend_, 0, {0});
  backend_.give_back_slot(1);
  EXPECT_EQ(active(1), 0U);
  EXPECT_EQ(ticket.leave(), std::nullopt);
}

TEST_F(QueueTicketTest, IsHandedNoSlotAtAllWhenItWaitsForNews) {
  QueueTicket ticket(backend_, std::nullopt, {});
  backend_.give_back_slot(0);
  EXPECT_EQ(ticket.leave(), std::nullopt);
  EXPECT_EQ(active(0), 0U);
}

TEST_F(QueueTicketTest, CountsAmongTheWaitingOfItsServerOnly) {
  {
    QueueTicket particular(backend_, 0, {0});
    QueueTicket any(backend_, std::nullopt, {0, 1});
    EXPECT_EQ(queued(0), 1U);
    EXPECT_EQ(queued(1), 0U);
    EXPECT_EQ(waiting_for(0), 2U);
    EXPECT_EQ(waiting_for(1), 1U);
  }
  EXPECT_EQ(queued(0), 0U);
  EXPECT_EQ(backend_.queue().waiting(), 0U);
}

TEST_F(QueueTicketTest, PassesOnASlotThatItsOwnerDidNotTake) {
  auto first = std::make_unique<QueueTicket>(backend_, 0, std::vector<std::size_t>{0});
  QueueTicket second(backend_, 0, {0});
  backend_.give_back_slot(0);
  first.reset();
  EXPECT_EQ(second.leave(), 0U);
  EXPECT_EQ(active(0), 1U);
}

TEST_F(QueueTicketTest, GivesBackASlotThatNobodyTook) {
  {
    QueueTicket ticket(backend_, 0, {0});
    backend_.give_back_slot(0);
  }
  EXPECT_EQ(active(0), 0U);
}

}  // namespace
}  // namespace stickler::backend
