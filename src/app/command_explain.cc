// SPDX-License-Identifier: MIT
#include "app/command_explain.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <ctime>
#include <memory>

#include "app/command_check.h"
#include "app/command_line.h"
#include "app/command_runtime.h"
#include "app/load_config.h"
#include "balance/server_view.h"
#include "observe/explain.h"
#include "observe/explain_json.h"
#include "observe/explain_text.h"
#include "observe/runtime_explain.h"
#include "proxy/snapshot.h"

namespace stickler::app {
namespace {

using balance::Availability;

constexpr int kFailed = 1;

constexpr const char* kTakenAsUp =
    "Servers are taken as up, since a file does not say; --down, --drain or --maint SERVER does.\n";

constexpr const char* kRequest = "[METHOD] URL";

// CLI11 knows no way to write that the first of two words may be missing.
class Usage final : public CLI::Formatter {
 public:
  std::string make_option_usage(const CLI::Option* option) const override {
    return option->get_name() == kRequest ? kRequest : CLI::Formatter::make_option_usage(option);
  }
};

int fail(int exit_code, const std::string& why) {
  std::fprintf(stderr, "stickler explain: %s\n", why.c_str());
  return exit_code;
}

void take_all_as_up(proxy::Snapshot& snapshot) {
  for (const auto& backend : snapshot.backends) {
    for (std::size_t i = 0; i < backend->size(); ++i) {
      backend->server(i).view().availability = Availability::up;
    }
  }
}

void print(const observe::Explanation& explanation, bool json) {
  if (json) {
    std::fputs(observe::explanation_json(explanation).c_str(), stdout);
    return;
  }
  std::fputs(observe::explanation_text(explanation).c_str(), stdout);
  if (!explanation.servers.empty()) std::fputs(kTakenAsUp, stdout);
}

int explain_file(const ExplainOptions& options, const observe::ExplainedRequest& request) {
  config::LoadResult loaded = load_config({options.files.begin(), options.files.end()});
  if (loaded.config == nullptr) {
    std::fputs(report_for_people(loaded, wants_colour(STDERR_FILENO)).c_str(), stderr);
    return kFailed;
  }
  auto snapshot = proxy::Snapshot::build(loaded.config);
  if (!snapshot) return fail(kFailed, snapshot.error());
  take_all_as_up(**snapshot);
  auto explanation = observe::explain(**snapshot, request, std::time(nullptr));
  if (!explanation) return fail(kFailed, explanation.error());
  print(*explanation, options.json);
  return 0;
}

}  // namespace

void add_explain_options(CLI::App& command, ExplainOptions& options) {
  command.formatter(std::make_shared<Usage>());
  // Each takes one word: what follows it is the request.
  auto add = [&](const char* name, const char* type, std::vector<std::string>& into,
                 const char* what) {
    return command.add_option(name, into, what)->allow_extra_args(false)->type_name(type);
  };
  observe::ExplainWords& words = options.words;
  command.add_option(kRequest, options.request, "What a client asks for: https://host/path")
      ->expected(1, 2)
      ->required()
      ->option_text(" ");
  auto* file = add("-f,--config", "FILE", options.files,
                   "Explain this file, or directory, instead of the running program");
  command.add_option("--socket", options.socket, "The running program's runtime socket")
      ->type_name("FILE")
      ->excludes(file);
  add("--header", "FIELD", words.headers, "'Name: value' that it sends; may be repeated");
  add("--cookie", "COOKIES", words.cookies, "'name=value; name=value' that it sends");
  command.add_option("--client", words.client, "The client's IP address")
      ->type_name("ADDRESS")
      ->capture_default_str();
  command
      .add_option("--listener", words.listener,
                  "A listener by its name, if the URL's port is not the listener's")
      ->type_name("NAME");
  add("--down", "SERVER", words.down, "As if this one (also BACKEND/SERVER) were down; repeatable");
  add("--drain", "SERVER", words.drain, "As if this server drained");
  add("--maint", "SERVER", words.maint, "As if this server were in maintenance");
  command.add_flag("--json", options.json, "For programs");
}

int command_explain(ExplainOptions options, const std::filesystem::path& usual_file) {
  options.words.url = options.request.back();
  if (options.request.size() > 1) options.words.method = options.request.front();
  auto request = observe::read_explained_request(options.words);
  if (!request) return fail(kWrongUsage, request.error());
  if (!options.files.empty()) return explain_file(options, *request);
  return command_runtime({options.socket, {usual_file}},
                         observe::explain_command(options.words, options.json));
}

}  // namespace stickler::app
