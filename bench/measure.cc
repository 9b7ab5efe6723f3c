// SPDX-License-Identifier: MIT
#include "measure.h"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace stickler::bench {
namespace {

constexpr std::size_t kLatenciesMost = 4'000'000;

// First number of schedstat: nanoseconds on a processor. Finer than the ticks of /proc/PID/stat.
Seconds cpu_of(const std::vector<pid_t>& pids) {
  double ns = 0;
  for (const pid_t pid : pids) {
    std::error_code gone;
    const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
    for (const auto& task : std::filesystem::directory_iterator(tasks, gone)) {
      double ran = 0;
      std::ifstream(task.path() / "schedstat") >> ran;
      ns += ran;
    }
  }
  return Seconds(ns / 1e9);
}

// First line of /proc/stat: cpu user nice system idle iowait irq softirq steal, in ticks.
Seconds cpu_of_machine() {
  std::ifstream stat("/proc/stat");
  std::string label;
  double user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0;
  stat >> label >> user >> nice >> system >> idle >> iowait >> irq >> softirq >> steal;
  const double busy = user + nice + system + irq + softirq + steal;
  return Seconds(busy / static_cast<double>(sysconf(_SC_CLK_TCK)));
}

Seconds cpu_of_this_process() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return Seconds(static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9);
}

float percentile(std::vector<float>& values, double share) {
  if (values.empty()) return 0;
  const auto rank = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  return values[static_cast<std::size_t>(rank)];
}

// Our error texts are plain ASCII; only what JSON forbids is replaced.
std::string json_string(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c == '"' || c == '\\'; }, ' ');
  return '"' + text + '"';
}

}  // namespace

Reading read_now(const Watched& watched) {
  return {Clock::now(), cpu_of(watched.proxy), cpu_of(watched.origin), cpu_of_this_process(),
          cpu_of_machine()};
}

std::uint64_t pss_bytes(const std::vector<pid_t>& pids) {
  std::uint64_t kilobytes = 0;
  for (const pid_t pid : pids) {
    std::ifstream rollup("/proc/" + std::to_string(pid) + "/smaps_rollup");
    for (std::string line; std::getline(rollup, line);) {
      std::istringstream words(line);
      std::string name;
      std::uint64_t value = 0;
      if (words >> name >> value && name == "Pss:") kilobytes += value;
    }
  }
  return kilobytes * 1024;
}

void Tally::succeed(Clock::duration latency) {
  if (!counting) return;
  ++correct;
  if (latencies_us.size() == kLatenciesMost) return;
  latencies_us.push_back(std::chrono::duration<float, std::micro>(latency).count());
}

void Tally::fail(const std::string& why) {
  ++wrong;
  if (first_error.empty()) first_error = why;
}

void print_slot(const Reading& from, const Reading& to, std::uint64_t pss, Tally& tally) {
  const Seconds proxy = to.proxy - from.proxy;
  const Seconds origin = to.origin - from.origin;
  const Seconds load = to.load - from.load;
  const Seconds foreign = to.machine - from.machine - proxy - origin - load;
  const Seconds wall = to.at - from.at;
  const double capacity = wall.count() * static_cast<double>(sysconf(_SC_NPROCESSORS_ONLN));
  std::printf(
      "{\"seconds\": %.4f, \"correct\": %lu, \"wrong\": %lu, \"bytes\": %lu, "
      "\"proxyCpu\": %.6f, \"originCpu\": %.6f, \"loadCpu\": %.6f, \"foreign\": %.4f, "
      "\"p50\": %.1f, \"p99\": %.1f, \"pss\": %lu, \"error\": %s}\n",
      wall.count(), tally.correct, tally.wrong, tally.bytes, proxy.count(), origin.count(),
      load.count(), std::max(0.0, foreign.count() / capacity),
      static_cast<double>(percentile(tally.latencies_us, 0.50)),
      static_cast<double>(percentile(tally.latencies_us, 0.99)), pss,
      json_string(tally.first_error).c_str());
}

}  // namespace stickler::bench
