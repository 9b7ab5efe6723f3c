// SPDX-License-Identifier: MIT
// Signs of life come while all threads turn, and stay away when one does not.
#include "app/watchdog.h"

#include <gmock/gmock.h>

#include "app/listening_manager.h"
#include "backend/log_lines.h"
#include "net/test_loop.h"

namespace stickler::app {
namespace {

using testing::IsEmpty;
using testing::Not;

constexpr std::string_view kAlive = "WATCHDOG=1\n";
constexpr Duration kWatchdog = std::chrono::milliseconds(10);
constexpr int kPauses = 6;    // of that length: what would come, has come
constexpr int kMany = 1'000;  // never reached unless signs stay away

class WatchdogTest : public testing::Test {
 protected:
  // Signs of life while `worker` is in its state; ends as soon as there are `enough`.
  int signs(Pulse& worker, int enough, int pauses = kMany, Duration watchdog = kWatchdog) {
    ServiceManager manager(listening_.name(), watchdog);
    Watchdog watching(manager, {&worker});
    watching.start();
    loop_.start(count_signs(watching, enough, pauses));
    loop_.finish();
    return signs_;
  }

  net::Task<> count_signs(Watchdog& watching, int enough, int pauses) {
    net::WaitSlot nobody = nullptr;
    for (int i = 0; i < pauses && signs_ < enough; ++i) {
      signs_ += listening_.count(kAlive);
      co_await net::pause(kWatchdog, nobody);
    }
    watching.stop();
    co_await watching.stopped();
  }

  stickler::test::LogLines log_;
  test::ListeningManager listening_{test::ListeningManager::new_abstract()};
  net::test::TestLoop loop_;
  int signs_ = 0;
  net::EventLoop hung_{net::EventLoop::Adopt::later};  // a worker's: nobody runs it
};

TEST_F(WatchdogTest, GivesSignsOfLifeWhileTheWorkersTurn) {
  Pulse turning(loop_.loop());
  EXPECT_GE(signs(turning, 3), 3);
  EXPECT_THAT(log_.all(), IsEmpty());
}

TEST_F(WatchdogTest, GivesNoneAfterTheFirstWhileAWorkerHangs) {
  Pulse hanging(hung_);
  EXPECT_EQ(signs(hanging, 2, kPauses), 1);
  EXPECT_THAT(log_.with("a worker has hung for 5ms"), Not(IsEmpty()));
}

TEST_F(WatchdogTest, DoesNotWaitForAWorkerThatHasEnded) {
  Pulse gone(hung_);
  gone.end();
  EXPECT_GE(signs(gone, 3), 3);
}

TEST_F(WatchdogTest, SleepsIfNobodyWatches) {
  Pulse turning(loop_.loop());
  EXPECT_EQ(signs(turning, 1, kPauses, kNoLimit), 0);
}

}  // namespace
}  // namespace stickler::app
