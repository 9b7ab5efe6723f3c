// SPDX-License-Identifier: MIT
#include "app/command_demo.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "app/command_check.h"
#include "app/demo_config.h"
#include "app/demo_fleet.h"
#include "app/load_config.h"
#include "app/program.h"
#include "app/signals.h"
#include "app/temporary_directory.h"
#include "base/log.h"
#include "net/listening_socket.h"
#include "net/self_signed.h"

namespace stickler::app {
namespace {

constexpr std::size_t kServerCount = 3;
constexpr std::chrono::days kCertificateLife{7};
constexpr const char* kCertificateFile = "certificate.pem";
constexpr const char* kConfigFile = "demo.conf";
constexpr const char* kSocketFile = "stickler.sock";

using Error = std::optional<std::string>;

// A port of a listener, kept from others until it is really listened on.
struct ChosenPort {
  net::Fd kept;
  unsigned number;
};

Result<ChosenPort, std::string> choose_port(unsigned wanted, const char* option) {
  auto sockets = net::open_listening_sockets("127.0.0.1:" + std::to_string(wanted), 1);
  if (!sockets) return Failed{sockets.error() + "; choose another port with " + option};
  const unsigned number = port_of(sockets->front());
  return ChosenPort{std::move(sockets->front()), number};
}

Result<DemoAddresses, std::string> choose_addresses(const DemoOptions& options) {
  auto https = choose_port(options.https_port, "--https-port");
  if (!https) return Failed{https.error()};
  auto http = choose_port(options.http_port, "--http-port");
  if (!http) return Failed{http.error()};
  return DemoAddresses{https->number, http->number, kCertificateFile, kSocketFile};
}

Error write_certificate(const TemporaryDirectory& directory) {
  auto made = net::make_self_signed({"localhost", "127.0.0.1", "::1"}, kCertificateLife);
  if (!made) return made.error();
  return directory.write(kCertificateFile, made->certificate + made->key);
}

Result<config::LoadResult, std::string> load_demo(const TemporaryDirectory& directory,
                                                  DemoAddresses addresses, const DemoFleet& fleet) {
  if (Error error = write_certificate(directory)) return Failed{*error};
  addresses.certificate = directory.file(kCertificateFile);
  const std::string text = demo_configuration(addresses, fleet.members());
  if (Error error = directory.write(kConfigFile, text)) return Failed{*error};
  config::LoadResult loaded = load_config({directory.file(kConfigFile)});
  if (loaded.config == nullptr) return Failed{"\n" + report_for_people(loaded, false)};
  return loaded;
}

// The files are gone as soon as the program has read them.
Error start_program(std::optional<Program>& program, const DemoAddresses& addresses,
                    const DemoFleet& fleet) {
  auto directory = TemporaryDirectory::create();
  if (!directory) return directory.error();
  auto loaded = load_demo(*directory, addresses, fleet);
  if (!loaded) return loaded.error();
  program.emplace(std::move(*loaded), std::vector<std::filesystem::path>{});
  return program->start();
}

// This program as a word of the shell: briefly if it lies below here, as build/stickler does.
std::string own_command() {
  std::error_code unknown;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", unknown);
  if (unknown) return "stickler";
  const auto from_here = self.lexically_relative(std::filesystem::current_path(unknown));
  return from_here.empty() || from_here.begin()->string() == ".." ? self.string()
                                                                  : from_here.string();
}

void say_what_to_try(const DemoAddresses& addresses) {
  fmt::print(R"(
  https://127.0.0.1:{https}/          a small editor, its text in the memory of one of three servers
  https://127.0.0.1:{https}/haproxy   the statistics page: what each of them does
  http://127.0.0.1:{http}/           leads there, too
The certificate was made a moment ago and nobody vouches for it: your browser will ask.

Try:  1. Open the first address, type something, reload: the same server still has it.
      2. Press "Stop" at the server that is yours: your session moves, and the page says why.
      3. Ask who would answer a client of demo-2, and why:
         {command} explain https://127.0.0.1:{https}/ --cookie demo=demo-2 \
           --socket {socket}
Ctrl-C stops everything. What happens meanwhile:

)",
             fmt::arg("https", addresses.https_port), fmt::arg("http", addresses.http_port),
             fmt::arg("command", own_command()), fmt::arg("socket", addresses.socket));
  std::fflush(stdout);
}

Error serve(DemoAddresses addresses, DemoFleet& fleet) {
  auto meeting_place = TemporaryDirectory::create();
  if (!meeting_place) return meeting_place.error();
  addresses.socket = meeting_place->file(kSocketFile);
  fleet.start();
  std::optional<Program> program;
  if (Error error = start_program(program, addresses, fleet)) return error;
  program->run([&] {
    say_what_to_try(addresses);
    spdlog::set_level(spdlog::level::info);
  });
  return std::nullopt;
}

Error run_demo(const DemoOptions& options) {
  auto addresses = choose_addresses(options);
  if (!addresses) return addresses.error();
  auto ports = HeldPort::hold(kServerCount);
  if (!ports) return ports.error();
  DemoFleet fleet(std::move(*ports));
  if (options.print_configuration) {
    std::fputs(demo_configuration(*addresses, fleet.members()).c_str(), stdout);
    return std::nullopt;
  }
  block_signals({SIGTERM, SIGINT, SIGQUIT});
  start_log(spdlog::level::warn);  // how it starts is told better below
  Error error = serve(*addresses, fleet);
  stop_log();
  return error;
}

}  // namespace

void add_demo_options(CLI::App& command, DemoOptions& options) {
  const CLI::Range port(0, 65535);
  command.add_option("--https-port", options.https_port, "Where the editor is; 0: any free port")
      ->check(port)
      ->capture_default_str();
  command.add_option("--http-port", options.http_port, "What redirects to it; 0: any free port")
      ->check(port)
      ->capture_default_str();
  command.add_flag("--print-configuration", options.print_configuration,
                   "Print what the demo would run with, and end");
}

int command_demo(const DemoOptions& options) {
  Error error = run_demo(options);
  if (!error) return 0;
  std::fprintf(stderr, "stickler demo: %s\n", error->c_str());
  return 1;
}

}  // namespace stickler::app
