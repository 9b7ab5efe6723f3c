// SPDX-License-Identifier: MIT
// Looks at the statistics once a second, for what cannot be told from counts alone
// (Statistics::tick). Control thread.
#pragma once

#include "net/task.h"
#include "net/task_group.h"
#include "net/wait.h"
#include "observe/statistics.h"

namespace stickler::observe {

class StatisticsTicker {
 public:
  // `statistics` outlives this object.
  explicit StatisticsTicker(Statistics& statistics) : statistics_(statistics) {}

  void start() { tasks_.start(run()); }
  // Ends within the loop's next turns; co_await stopped() before destroying this.
  void stop() { ending_.announce(); }
  net::Wait stopped() { return tasks_.all_ended(kNoLimit); }

 private:
  net::Task<> run();

  Statistics& statistics_;
  net::Notice ending_;
  net::TaskGroup tasks_;
};

}  // namespace stickler::observe
