// SPDX-License-Identifier: MIT
// Any line at the runtime socket is answered, and nothing is asked of the program that it could not
// do. Words survive being written down and read again.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/parser.h"
#include "config/places.h"
#include "config/reader.h"
#include "config/resolve.h"
#include "net/event_loop.h"
#include "net/task_group.h"
#include "observe/cluster_fixture.h"
#include "observe/fake_administration.h"
#include "observe/runtime_commands.h"

namespace {

using namespace stickler;
using observe::ServerName;
using observe::Words;

constexpr const char* kConfiguration = R"(
listeners = {
  web = { bind = ":80"; backend = "app"; max_body = "1m";
    routes = {
      git = { path_prefix = "/git/"; server = "two"; };
      old = { host = ["*.old.example", "x.example"]; redirect = { host = "new.example"; }; };
      post = { method = "POST"; path_regex = "/a.*z"; field = { X = "y"; }; backend = "other"; };
    }; };
  local = { bind = "127.0.0.1:8080"; redirect = { scheme = "https"; }; };
};
backends = {
  app = {
    cookie = { name = "N"; maxidle = "1d"; };
    servers = { one = { address = "10.0.0.1:80"; };
                two = { address = "[::1]:81"; backup = true; }; };
  };
  other = { balance = "source"; servers = { one = { address = "10.0.0.3:80"; weight = 3; }; }; };
};
)";

void demand(bool holds) {
  if (!holds) std::abort();
}

std::shared_ptr<proxy::Snapshot> make_snapshot() {
  config::Sources sources;
  config::Report report(sources);
  config::LexResult lexed = config::lex(sources, sources.add("fuzz.conf", kConfiguration), report);
  config::ParseResult parsed = config::parse(lexed, report);
  auto settings = std::make_shared<config::Config>();
  config::Places places;
  config::read_config(parsed.root, sources, *settings, places, report);
  config::resolve_defaults(*settings, places, sources);
  demand(!report.has_errors());
  auto built = proxy::Snapshot::build(std::move(settings));
  demand(built.ok());
  return std::move(*built);
}

// Demands of each request what the program relies on.
class Program final : public observe::test::FakeAdministration {
 public:
  Program() { known.clusters = {observe::test::busy_cluster()}; }

  const proxy::Snapshot& snapshot() const override { return *snapshot_; }
  backend::Admin admin_state(ServerName server) const override {
    demand_known(server);
    return backend::Admin::ready;
  }
  net::Task<Result<std::size_t, std::string>> rebalance(std::string cluster, bool) override {
    demand(cluster.empty() || cluster == known.clusters.front().name);
    co_return will_move;
  }
  net::Task<observe::ReloadResult> reload(MovedKeys) override { co_return observe::ReloadResult{}; }
  std::optional<std::string> set_state(ServerName server, backend::Admin) override {
    return accept(server);
  }
  std::optional<std::string> drain(ServerName server, Duration within) override {
    demand(within > Duration{0});
    return accept(server);
  }
  observe::DrainReport drain_report(ServerName server) override {
    demand_known(server);
    return {};
  }
  std::optional<std::string> set_weight(ServerName server, unsigned weight) override {
    demand(weight <= 256);
    return accept(server);
  }
  std::optional<std::string> set_address(ServerName server, std::string_view address) override {
    demand(!address.empty());
    return accept(server);
  }

 private:
  void demand_known(ServerName server) const {
    const backend::Backend* backend = snapshot_->find_backend(server.backend);
    demand(backend != nullptr && backend->position_of(server.server).has_value());
  }
  std::optional<std::string> accept(ServerName server) const {
    demand_known(server);
    return std::nullopt;
  }

  std::shared_ptr<proxy::Snapshot> snapshot_ = make_snapshot();
};

net::Task<> keep(net::Task<std::string> task, std::optional<std::string>& into) {
  std::string value = co_await task;
  into = std::move(value);
}

// Every command ends without waiting.
std::string answer(const observe::RuntimeCommands& commands, const Words& words) {
  std::optional<std::string> said;
  net::TaskGroup group;
  group.start(keep(commands.run(words), said));
  demand(said.has_value());
  return *said;
}

std::string written(const std::vector<Words>& commands) {
  std::string line;
  for (const Words& words : commands) {
    for (const std::string& word : words) {
      for (char c : word) line.append({'\\', c});
      line += ' ';
    }
    line += ';';
  }
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static net::EventLoop loop;
  static Program program;
  static const observe::RuntimeCommands commands(program);
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const std::vector<Words> asked = observe::split_line(line);
  demand(observe::split_line(written(asked)) == asked);
  for (const Words& words : asked) {
    demand(!words.empty());
    const std::string said = answer(commands, words);
    demand(said.empty() || said.ends_with('\n'));
  }
  return 0;
}
