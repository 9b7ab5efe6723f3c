// SPDX-License-Identifier: MIT
// The load generator: one slot of one workload against one proxy on loopback.
//
//   1. open all clients and let each do one piece of work;  2. warm up;
//   3. count for the duration, reading CPU times at both ends;  4. let everybody finish, since a
//   request that is never answered must not pass for a slow one;  5. print one line of JSON.
//
// With --fill each of the keys is sent once instead, and that is what is counted.
//
// One thread; ends by itself. `bench/run` starts it.
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "http_session.h"
#include "tunnel_session.h"

namespace stickler::bench {
namespace {

constexpr std::chrono::seconds kOpenWithin{30};
constexpr std::chrono::seconds kFinishWithin{10};
constexpr std::chrono::seconds kFillWithin{150};
constexpr std::uint64_t kWrongMost = 1000;  // a broken proxy need not be hammered to the end
constexpr std::size_t kClientsMost = 20'000;
constexpr std::size_t kKeysMost = 100'000'000;
constexpr unsigned kSeedShift = 32;  // a session takes fewer keys than 2 to the power of this

struct Options {
  std::uint16_t port = 0;
  bool tls = false;
  bool tunnels = false;
  std::size_t clients = 64;
  std::uint64_t rate = 0;  // requests per second; 0: as fast as they are answered
  std::chrono::milliseconds pause{0};
  std::chrono::milliseconds warmup{300};
  std::chrono::milliseconds duration{2000};
  std::size_t keys = 0;  // 0: requests have none
  std::string owners;    // file of the servers that keys belong to
  bool fill = false;
  std::uint64_t seed = 0;
  HttpWork work;
  Watched watched;
};

[[noreturn]] void usage_error(const std::string& what) {
  std::fprintf(stderr, "bench_load: %s\n", what.c_str());
  std::exit(2);
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    usage_error("not a number: " + std::string(text));
  }
  return value;
}

std::vector<pid_t> pids(std::string_view list) {
  std::vector<pid_t> result;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    result.push_back(static_cast<pid_t>(number(list.substr(0, comma))));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return result;
}

Options read_options(int argc, char** argv) {
  Options o;
  const std::map<std::string_view, std::function<void()>> flags = {
      {"--tls", [&] { o.tls = true; }},
      {"--tunnels", [&] { o.tunnels = true; }},
      {"--browser", [&] { o.work.text.browser = true; }},
      {"--close", [&] { o.work.text.close = true; }},
      {"--resume", [&] { o.work.resume = true; }},
      {"--fill", [&] { o.fill = true; }},
      {"--sessionless", [&] { o.work.sessionless = true; }},
  };
  using Text = std::string_view;
  const std::map<Text, std::function<void(Text)>> values = {
      {"--port", [&](Text t) { o.port = static_cast<std::uint16_t>(number(t)); }},
      {"--clients", [&](Text t) { o.clients = std::min(number(t), kClientsMost); }},
      {"--rate", [&](Text t) { o.rate = number(t); }},
      {"--pause", [&](Text t) { o.pause = std::chrono::milliseconds(number(t)); }},
      {"--warmup", [&](Text t) { o.warmup = std::chrono::milliseconds(number(t)); }},
      {"--duration", [&](Text t) { o.duration = std::chrono::milliseconds(number(t)); }},
      {"--path", [&](Text t) { o.work.text.path = t; }},
      {"--bytes", [&](Text t) { o.work.expected_bytes = number(t); }},
      {"--upload", [&](Text t) { o.work.text.upload_bytes = number(t); }},
      {"--keys", [&](Text t) { o.keys = std::min(number(t), kKeysMost); }},
      {"--owners", [&](Text t) { o.owners = t; }},
      {"--seed", [&](Text t) { o.seed = number(t); }},
      {"--proxy", [&](Text t) { o.watched.proxy = pids(t); }},
      {"--origin", [&](Text t) { o.watched.origin = pids(t); }},
  };
  for (int i = 1; i < argc; ++i) {
    if (const auto flag = flags.find(argv[i]); flag != flags.end()) {
      flag->second();
    } else if (const auto value = values.find(argv[i]); value != values.end() && i + 1 < argc) {
      value->second(argv[++i]);
    } else {
      usage_error("unknown option or no value: " + std::string(argv[i]));
    }
  }
  if (o.port == 0 || o.clients == 0) usage_error("--port and --clients are needed");
  if (o.fill && o.keys == 0) usage_error("--fill needs --keys");
  o.work.keys_in_turn = o.fill;
  if (o.keys > 0) o.work.text.path += "?k=" + std::string(Keys::kDigits, '0');
  return o;
}

Pacer make_pacer(const Options& options) {
  if (options.rate > 0) {
    return {Pacer::Mode::rate, std::chrono::nanoseconds(1'000'000'000 / options.rate)};
  }
  if (options.pause.count() > 0) return {Pacer::Mode::pause, options.pause};
  return {Pacer::Mode::at_once, {}};
}

void add_sessions(const Options& options, const HttpWork& work, Epoll& epoll, Pacer& pacer,
                  Tally& tally, const Target& target) {
  for (std::size_t i = 0; i < options.clients; ++i) {
    if (options.tunnels) {
      pacer.add(std::make_unique<TunnelSession>(epoll, pacer, tally, target, i));
    } else {
      const std::uint64_t seed = (options.seed * kClientsMost + i) << kSeedShift;
      pacer.add(std::make_unique<HttpSession>(epoll, pacer, tally, target, work, seed));
    }
  }
}

void run_until(Clock::time_point end, Epoll& epoll, Pacer& pacer, const Tally& tally,
               const std::function<bool()>& done) {
  while (Clock::now() < end && tally.wrong < kWrongMost && !done()) epoll.wait(pacer.run_due());
}

void warm_up(const Options& options, Epoll& epoll, Pacer& pacer, Tally& tally) {
  pacer.open_first();
  run_until(Clock::now() + kOpenWithin, epoll, pacer, tally, [&] { return pacer.all_opened(); });
  if (!pacer.all_opened()) tally.fail("not every client was answered once");
  run_until(Clock::now() + options.warmup, epoll, pacer, tally, [] { return false; });
}

void run(const Options& options) {
  Epoll epoll;
  Tally tally;
  const Target target(options.port, options.tls);
  Pacer pacer = make_pacer(options);
  Keys keys(options.keys, options.owners);
  HttpWork work = options.work;
  if (options.keys > 0) work.keys = &keys;
  add_sessions(options, work, epoll, pacer, tally, target);
  if (!options.fill) warm_up(options, epoll, pacer, tally);

  tally.counting = true;
  const Reading from = read_now(options.watched);
  if (options.fill) {
    pacer.open_first();
    run_until(Clock::now() + kFillWithin, epoll, pacer, tally, [&] { return keys.all_had_turn(); });
    if (!keys.all_had_turn()) tally.fail("not every key had its turn");
  } else {
    run_until(Clock::now() + options.duration, epoll, pacer, tally, [] { return false; });
  }
  const Reading to = read_now(options.watched);
  tally.counting = false;
  const std::uint64_t pss = pss_bytes(options.watched.proxy);

  pacer.finish();
  run_until(Clock::now() + (tally.wrong == 0 ? kFinishWithin : Clock::duration::zero()), epoll,
            pacer, tally, [&] { return pacer.all_finished(); });
  if (!pacer.all_finished()) tally.fail("not every client got its last answer");
  print_slot(from, to, pss, tally);
}

}  // namespace
}  // namespace stickler::bench

int main(int argc, char** argv) {
  stickler::bench::prepare_process();
  stickler::bench::run(stickler::bench::read_options(argc, argv));
  return 0;
}
