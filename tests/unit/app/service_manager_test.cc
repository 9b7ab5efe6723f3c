// SPDX-License-Identifier: MIT
// The datagrams of sd_notify(3), as a manager receives them.
#include "app/service_manager.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "app/listening_manager.h"
#include "backend/log_lines.h"

namespace stickler::app {
namespace {

using test::ListeningManager;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using namespace std::chrono_literals;

class ServiceManagerTest : public testing::Test {
 protected:
  ~ServiceManagerTest() override {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
  }
  static void set(const char* name, const std::string& value) { ::setenv(name, value.c_str(), 1); }
  static Duration watchdog() { return ServiceManager::from_environment().watchdog(); }

  stickler::test::LogLines log_;
  ListeningManager listening_{ListeningManager::new_path()};
};

TEST_F(ServiceManagerTest, HearsThatWeAreReady) {
  ServiceManager(listening_.name()).ready("2 workers");
  EXPECT_EQ(listening_.receive(), "READY=1\nSTATUS=2 workers\n");
}

TEST_F(ServiceManagerTest, HearsOfAReloadAndItsTime) {
  ServiceManager(listening_.name()).reloading();
  EXPECT_THAT(listening_.receive(), MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[1-9][0-9]*\n"));
}

TEST_F(ServiceManagerTest, HearsHowLongTheEndMayTake) {
  ServiceManager(listening_.name()).stopping("finishing", 45s);
  EXPECT_EQ(listening_.receive(), "STOPPING=1\nEXTEND_TIMEOUT_USEC=45000000\nSTATUS=finishing\n");
}

TEST_F(ServiceManagerTest, HearsThatWeAreAlive) {
  EXPECT_TRUE(ServiceManager(listening_.name()).alive());
  EXPECT_EQ(listening_.receive(), "WATCHDOG=1\n");
}

TEST_F(ServiceManagerTest, MayListenOnAnAbstractSocket) {
  ListeningManager abstract(ListeningManager::new_abstract());
  ServiceManager(abstract.name()).ready("it");
  EXPECT_EQ(abstract.receive(), "READY=1\nSTATUS=it\n");
}

TEST_F(ServiceManagerTest, IsFoundInTheEnvironment) {
  set("NOTIFY_SOCKET", listening_.name());
  EXPECT_TRUE(ServiceManager::from_environment().alive());
  EXPECT_EQ(listening_.receive(), "WATCHDOG=1\n");
}

TEST_F(ServiceManagerTest, IsNobodyWithoutANotifySocket) {
  ServiceManager nobody = ServiceManager::from_environment();
  nobody.ready("alone");
  EXPECT_FALSE(nobody.alive());
  EXPECT_EQ(nobody.watchdog(), kNoLimit);
  EXPECT_THAT(log_.all(), IsEmpty());
}

TEST_F(ServiceManagerTest, AStatusIsOneLine) {
  ServiceManager(listening_.name()).ready("two\nlines");
  EXPECT_EQ(listening_.receive(), "READY=1\nSTATUS=two lines\n");
}

TEST_F(ServiceManagerTest, ThatIsNotThereIsWarnedOf) {
  ServiceManager("/nowhere/notify").ready("");
  EXPECT_THAT(log_.all(), ElementsAre("warning: the service manager could not be told READY=1: No "
                                      "such file or directory"));
}

TEST_F(ServiceManagerTest, WithANameThatIsNoSocketsIsWarnedOf) {
  for (const std::string& name : {std::string("run/notify"), std::string("vsock:2:1"),
                                  std::string("@"), "/" + std::string(200, 'x')}) {
    stickler::test::LogLines log;
    EXPECT_FALSE(ServiceManager(name).alive());
    EXPECT_THAT(log.all(), ElementsAre(HasSubstr("NOTIFY_SOCKET is '" + name + "'")));
  }
}

TEST_F(ServiceManagerTest, SaysHowOftenItWantsSignsOfLife) {
  set("WATCHDOG_USEC", "30000000");
  EXPECT_EQ(watchdog(), 30s);
  set("WATCHDOG_PID", std::to_string(::getpid()));
  EXPECT_EQ(watchdog(), 30s);
}

TEST_F(ServiceManagerTest, WantsThemOfAnotherProcess) {
  set("WATCHDOG_USEC", "30000000");
  set("WATCHDOG_PID", "1");
  EXPECT_EQ(watchdog(), kNoLimit);
}

TEST_F(ServiceManagerTest, IsNotWatchingIfTheNumberIsNone) {
  for (const char* text : {"", "-1", "soon", "30s", "99999999999999999999"}) {
    set("WATCHDOG_USEC", text);
    EXPECT_EQ(watchdog(), kNoLimit) << text;
  }
}

}  // namespace
}  // namespace stickler::app
