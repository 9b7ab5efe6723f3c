// SPDX-License-Identifier: MIT
#include "app/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/command_check.h"
#include "app/command_clear_table.h"
#include "app/command_cookie.h"
#include "app/command_demo.h"
#include "app/command_drain.h"
#include "app/command_explain.h"
#include "app/command_import.h"
#include "app/command_monitor.h"
#include "app/command_register.h"
#include "app/command_run.h"
#include "app/command_runtime.h"
#include "app/command_show.h"
#include "app/man_page.h"
#include "config/reference.h"

namespace stickler::app {
namespace {

constexpr const char* kDefaultFile = "/etc/stickler/stickler.conf";
constexpr const char* kCommandsPage = "stickler.8";
constexpr const char* kSettingsPage = "stickler.conf.5";

// Old habits: what other programs' users type, as words of ours (none: what it asks for is always
// so) or as a refusal with a hint.
struct Habit {
  std::string_view flag;
  std::vector<std::string> means;
  std::string_view refusal;
};

const std::vector<Habit>& habits() {
  static const std::vector<Habit> habits{
      {"-c", {"check"}, {}},
      {"-t", {"check"}, {}},
      {"-v", {"--version"}, {}},
      {"-vv", {"--version"}, {}},
      {"-dW", {"--warnings-as-errors"}, {}},
      {"-db", {}, {}},
      {"-V", {}, {}},
      {"-W", {}, {}},
      {"-Ws", {}, {}},
      {"help", {"--help"}, {}},
      {"version", {"--version"}, {}},
      {"-D", {}, "-D: Stickler stays in the foreground: run it under systemd, or with nohup"},
      {"-p",
       {},
       "-p: Stickler stays in the foreground and writes no process id: its parent knows it"},
      {"-s",
       {},
       "-s: send the signal yourself: SIGTERM lets open requests finish, twice cuts them"},
      {"-sf", {}, "-sf: Stickler does not replace running processes: stop the old one first"},
  };
  return habits;
}

struct Arguments {
  std::vector<std::string> words;
  std::string refusal;
};

bool is_command(const std::string& word) { return !word.empty() && word.front() != '-'; }

// What may stand without a command.
bool asks_about_us(const std::string& word) {
  return word == "--help" || word == "-h" || word == "--version";
}

// The habit that a word is; words that look like commands are one only where a command stands.
const Habit* habit_of(std::string_view word, bool first) {
  if (!first && !word.starts_with('-')) return nullptr;
  auto found = std::ranges::find(habits(), word, &Habit::flag);
  return found == habits().end() ? nullptr : &*found;
}

// Puts the command first: "-c -f x" is "check -f x", "-f x" alone is "run -f x".
Arguments translate(int argc, char** argv) {
  Arguments arguments;
  std::vector<std::string>& words = arguments.words;
  std::string command;
  for (int i = 1; i < argc; ++i) {
    const Habit* habit = habit_of(argv[i], i == 1);
    if (habit == nullptr) {
      words.emplace_back(argv[i]);
      continue;
    }
    arguments.refusal = habit->refusal;
    if (!arguments.refusal.empty()) return arguments;
    for (const std::string& meaning : habit->means) {
      if (is_command(meaning))
        command = meaning;
      else
        words.push_back(meaning);
    }
  }
  if (words.empty() && command.empty()) return arguments;
  bool says_command = !words.empty() && is_command(words.front());
  bool needs_none = !words.empty() && asks_about_us(words.front());
  if (!says_command && !needs_none) {
    words.insert(words.begin(), command.empty() ? "run" : command);
  } else if (!command.empty() && words.front() == "run") {
    words.front() = command;  // "run -c" is to look, not to run
  }
  return arguments;
}

using Files = std::vector<std::filesystem::path>;

void add_files(CLI::App& command, std::vector<std::string>& files) {
  command.add_option("-f,--config", files, "Configuration file, or a directory of *.conf files")
      ->default_str(kDefaultFile);
}

Files files_of(const std::vector<std::string>& given) {
  if (given.empty()) return {kDefaultFile};
  return Files(given.begin(), given.end());
}

struct RebalanceOptions {
  std::string cluster;  // "" : the only one
  bool dry_run = false;
  bool json = false;
};

// What was asked for, filled in by the parser.
struct Request {
  std::vector<std::string> files;
  CheckOptions check;
  ExplainOptions explain;
  DemoOptions demo;
  std::string man_page;
  std::string socket;
  std::string server;
  std::string life = "15m";
  DrainOptions drain;
  unsigned weight = 0;
  bool moved_bases = false;
  ImportOptions import_haproxy;
  ShowOptions show;
  ClearOptions clear;
  RebalanceOptions rebalance;
  RegisterOptions registration;
};

struct Commands {
  explicit Commands(Request& request);
  CLI::App app{"A sticky-session HTTP load balancer", "stickler"};
  CLI::App* run;
  CLI::App* check;
  CLI::App* explain;
  CLI::App* demo;
  CLI::App* reference;
  CLI::App* reload;
  CLI::App* drain;
  CLI::App* ready;
  CLI::App* maint;
  CLI::App* weight;
  CLI::App* preview;
  CLI::App* cookie;
  CLI::App* import_haproxy;
  CLI::App* show;
  CLI::App* clear_table;
  CLI::App* rebalance;
  CLI::App* monitor;
  CLI::App* register_node;
};

CLI::App* add_runtime_command(CLI::App& app, Request& request, const std::string& name,
                              const std::string& sentence) {
  CLI::App* command = app.add_subcommand(name, sentence);
  add_files(*command, request.files);
  command->add_option("--socket", request.socket,
                      "The runtime socket; else as the configuration says");
  return command;
}

CLI::App* add_server_command(CLI::App& app, Request& request, const std::string& name,
                             const std::string& sentence) {
  CLI::App* command = add_runtime_command(app, request, name, sentence);
  command->add_option("server", request.server, "SERVER or BACKEND/SERVER")->required();
  return command;
}

// "--key=" of a variable that is not set must not mean all of them.
CLI::Validator something() {
  return {[](std::string& text) { return text.empty() ? "it must not be empty" : std::string(); },
          ""};
}

CLI::App* add_show_command(CLI::App& app, Request& request) {
  CLI::App* show = app.add_subcommand("show", "Show what the running program knows of itself");
  show->require_subcommand(1);
  for (const Shown& each : all_shown()) {
    CLI::App* view =
        add_runtime_command(*show, request, std::string(each.name), std::string(each.sentence));
    view->add_flag("--json", request.show.json, "For programs");
    if (each.of == Shown::Of::cluster) {
      view->add_option("cluster", request.show.cluster, "This cluster only")->check(something());
    }
    if (each.of != Shown::Of::table) continue;
    view->add_option("table", request.show.table, "The table's name")->required();
    view->add_option("--key", request.show.key, "This key only")->check(something());
  }
  return show;
}

CLI::App* add_clear_table_command(CLI::App& app, Request& request) {
  CLI::App* clear = add_runtime_command(app, request, "clear-table",
                                        "Make a stick table forget keys: one, a server's, or all");
  clear->add_option("table", request.clear.table, "The table's name")
      ->required()
      ->check(something());
  CLI::Option* key = clear->add_option("--key", request.clear.key, "This key only");
  key->check(something());
  clear->add_option("--server", request.clear.server, "The keys of this server only")
      ->check(something())
      ->excludes(key);
  return clear;
}

CLI::App* add_rebalance_command(CLI::App& app, Request& request) {
  CLI::App* rebalance = add_runtime_command(
      app, request, "rebalance", "Give all nodes of a cluster the same number of buckets");
  rebalance->add_option("cluster", request.rebalance.cluster,
                        "The cluster's name, if there are several");
  rebalance->add_flag("--dry-run", request.rebalance.dry_run, "Only say how many would move");
  rebalance->add_flag("--json", request.rebalance.json, "For programs");
  return rebalance;
}

Commands::Commands(Request& request) {
  app.set_version_flag("--version", "stickler " STICKLER_VERSION);
  app.require_subcommand(1);
  app.footer("Also: stickler -f FILE (run), -c or -t (check). The settings: stickler reference");
  run = app.add_subcommand("run", "Serve in the foreground until SIGTERM");
  add_files(*run, request.files);
  run->add_flag("-q,--quiet", request.check.quiet, "Say nothing of a good file");
  check = app.add_subcommand("check", "Say everything that is wrong with a configuration")
              ->alias("validate");
  add_files(*check, request.files);
  check->add_flag("--warnings-as-errors", request.check.warnings_as_errors,
                  "Fail if there are warnings (also -dW)");
  check->add_flag("--json", request.check.json, "For programs");
  check->add_flag("-q,--quiet", request.check.quiet, "Say nothing of a good file");
  demo = app.add_subcommand("demo", "Try it out: three small servers and a certificate, here");
  add_demo_options(*demo, request.demo);
  explain = app.add_subcommand("explain", "Say which server a request gets, and why");
  add_explain_options(*explain, request.explain);
  reference = app.add_subcommand("reference", "Print all settings");
  reference
      ->add_option("--man", request.man_page,
                   "A man page instead, for scdoc: stickler.8 or stickler.conf.5")
      ->check(CLI::IsMember({kCommandsPage, kSettingsPage}));
  reload = add_runtime_command(app, request, "reload",
                               "Have the running program read configuration and certificates anew");
  reload->add_flag("--moved-bases", request.moved_bases,
                   "Also if a map sends keys to another server: they are held until it is said "
                   "once more");
  drain = add_server_command(app, request, "drain", "Give a server no new sessions");
  drain->add_option("--within", request.drain.within, "Then move those who are left, e.g. 30m");
  drain->add_flag("--wait", request.drain.wait, "Wait until nobody is left, saying who is");
  drain->add_option("--for", request.drain.wait_for, "Wait so long at most, e.g. 10m");
  ready = add_server_command(app, request, "ready", "Put a server back to work");
  maint = add_server_command(app, request, "maint", "Take a server out: its sessions move at once");
  weight = add_server_command(app, request, "weight", "Change a server's share of new sessions");
  weight->add_option("weight", request.weight, "0 to 256")->required();
  preview = add_server_command(
      app, request, "preview",
      "Print a link that leads its opener to a server in whatever state, to try it out");
  preview->add_option("--for", request.life, "How long it leads there")->default_str("15m");
  cookie = app.add_subcommand("cookie", "Print the cookie that leads to a server");
  add_files(*cookie, request.files);
  cookie->add_option("server", request.server, "SERVER or BACKEND/SERVER")->required();
  import_haproxy = app.add_subcommand("import-haproxy", "Translate a haproxy.cfg, line by line");
  add_import_options(*import_haproxy, request.import_haproxy);
  show = add_show_command(app, request);
  clear_table = add_clear_table_command(app, request);
  rebalance = add_rebalance_command(app, request);
  monitor = app.add_subcommand("monitor", "Only assign the buckets of clusters, if elected");
  add_files(*monitor, request.files);
  register_node =
      app.add_subcommand("register", "Keep a node's key in etcd while the node is well");
  add_files(*register_node, request.files);
  add_register_options(*register_node, request.registration);
}

// CLI11 would only say that a command is missing.
std::string unknown_command(const CLI::App& app, std::span<const std::string> words) {
  if (words.empty() || !is_command(words.front())) return {};
  std::string known;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->check_name(words.front())) return unknown_command(*command, words.subspan(1));
    known += (known.empty() ? "" : ", ") + command->get_name();
  }
  if (known.empty()) return {};
  return "there is no command '" + words.front() + "' (" + app.get_name() + " has " + known + ")";
}

std::vector<std::string> rebalance_words(const RebalanceOptions& options) {
  std::vector<std::string> words{"rebalance"};
  if (!options.cluster.empty()) words.push_back(options.cluster);
  if (options.dry_run) words.emplace_back("dry-run");
  if (options.json) words.emplace_back("json");
  return words;
}

// The running program's words for what was asked for.
std::vector<std::string> runtime_words(const Commands& commands, const Request& request) {
  if (*commands.reload && request.moved_bases) return {"reload", "moved-bases"};
  if (*commands.reload) return {"reload"};
  if (*commands.rebalance) return rebalance_words(request.rebalance);
  if (*commands.preview) return {"preview", request.server, request.life};
  if (*commands.weight) {
    return {"set", "server", request.server, "weight", std::to_string(request.weight)};
  }
  return {"set", "server", request.server, "state", *commands.ready ? "ready" : "maint"};
}

std::string reference_text(const CLI::App& commands, const std::string& man_page) {
  if (man_page == kCommandsPage) return command_man_page(commands);
  if (man_page == kSettingsPage) return config::configuration_man_page();
  return config::configuration_reference();
}

int refuse_usage(const std::string& why) {
  std::fprintf(stderr, "stickler: %s\n", why.c_str());
  return kWrongUsage;
}

}  // namespace

int run_command_line(int argc, char** argv) {
  Arguments arguments = translate(argc, argv);
  if (!arguments.refusal.empty()) return refuse_usage(arguments.refusal);
  Request request;
  Commands commands(request);
  std::string unknown = unknown_command(commands.app, arguments.words);
  if (!unknown.empty()) return refuse_usage(unknown);
  try {
    // CLI11 takes its words from the back.
    std::vector<std::string> words(arguments.words.rbegin(), arguments.words.rend());
    commands.app.parse(words);
  } catch (const CLI::ParseError& error) {
    bool asked = error.get_exit_code() == 0;
    commands.app.exit(error, std::cout, std::cerr);
    return asked ? 0 : kWrongUsage;
  }
  if (*commands.check) return command_check(files_of(request.files), request.check);
  if (*commands.explain) return command_explain(request.explain, kDefaultFile);
  if (*commands.demo) return command_demo(request.demo);
  if (*commands.import_haproxy) return command_import(request.import_haproxy);
  if (*commands.reference) {
    std::fputs(reference_text(commands.app, request.man_page).c_str(), stdout);
    return 0;
  }
  if (*commands.run) return command_run(files_of(request.files), request.check.quiet);
  if (*commands.monitor) return command_monitor(files_of(request.files));
  if (*commands.register_node)
    return command_register(files_of(request.files), request.registration);
  if (*commands.drain) {
    request.drain.server = request.server;
    return command_drain({request.socket, files_of(request.files)}, request.drain);
  }
  if (*commands.show) {
    request.show.name = commands.show->get_subcommands().front()->get_name();
    return command_show({request.socket, files_of(request.files)}, request.show);
  }
  if (*commands.clear_table) {
    return command_clear_table({request.socket, files_of(request.files)}, request.clear);
  }
  if (*commands.cookie) return command_cookie(files_of(request.files), request.server);
  return command_runtime({request.socket, files_of(request.files)},
                         runtime_words(commands, request));
}

}  // namespace stickler::app
