// SPDX-License-Identifier: MIT
#include "app/man_page.h"

#include <CLI/CLI.hpp>
#include <string_view>
#include <vector>

#include "config/scdoc.h"

namespace stickler::app {
namespace {

using config::scdoc_bold;
using config::scdoc_text;

constexpr std::string_view kTop = R"(stickler(8)

# NAME

stickler - sticky-session HTTP load balancer

# SYNOPSIS

*stickler* _COMMAND_ [_OPTION_]... [_ARGUMENT_]...

# DESCRIPTION

Stickler stands in front of an application that keeps a user's work in the memory of one server:
whoever begins on a server stays on it as long as that server lives, and comes to another one
without an error when it does not. TLS ends here, a cookie says which server a session belongs to,
WebSockets stay open, health checks find out who can take requests.

The Debian package runs it as a service, *stickler.service*, with _/etc/stickler/stickler.conf_.

# COMMANDS
)";

constexpr std::string_view kBottom = R"(
Several *-f* are read as one configuration; of a folder every _\*.conf_ is read.

What fingers know from HAProxy and nginx does what it did there: *stickler -f* _FILE_ runs,
*stickler -c -f* _FILE_ and *stickler -t* check, *-v* says the version.

# SIGNALS

*SIGTERM*, *SIGINT*, *SIGQUIT*
    A graceful end: nothing new is accepted, requests and tunnels have *process.stop_within* (30 s)
    to finish; then they are cut.

*SIGTERM*, *SIGINT* behind one of these
    Cuts everything that is still open now.

*SIGHUP*
    Reads the configuration and the certificates again, as *stickler reload* does, but says what
    came of it in the log only.

# EXIT STATUS

*0*
    Done; of *check*: the file is good.

*1*
    The configuration is wrong, a port is taken, an account is missing, the end was not clean, or
    the running program refused what it was asked. Of *import-haproxy*: some lines have no
    translation.

*2*
    Wrong usage. Of *import-haproxy*: there is no result, because a file cannot be read or written.

*3*
    No running Stickler was found.

# ENVIRONMENT

*NOTIFY_SOCKET*, *WATCHDOG_USEC*
    Where a service manager such as *systemd*(1) wants to hear of start and end, and how often of
    signs of life. These are given only while every thread that serves turns.

*NO_COLOR*
    *check* and *show* write no colours.

Others may be used in the configuration: "${env.NAME}".

# FILES

_/etc/stickler/stickler.conf_
    The configuration, *stickler.conf*(5).

_/etc/stickler/certs/_
    Certificates with their keys, readable by the group *stickler*.

_/run/stickler/stickler.sock_
    The runtime socket, if *runtime.socket* says so: what the commands that steer the running
    program talk to, and HAProxy's tools.

_/usr/share/stickler/certbot-deploy-hook_
    Installs there what certbot has renewed.

_/usr/share/doc/stickler/_
    How to run it (_operations.md_), how to come from HAProxy (_migrate-from-haproxy.md_), and
    sample configurations.

# SEE ALSO

*stickler.conf*(5), *systemctl*(1), *haproxy*(1)
)";

// scdoc wants tabs, which our sources do without.
std::string with_tabs(std::string_view text) {
  constexpr std::string_view kIndent = "\n    ";
  std::string result(text);
  for (std::size_t at = 0; (at = result.find(kIndent, at)) != std::string::npos; at += 2) {
    result.replace(at, kIndent.size(), "\n\t");
  }
  return result;
}

// "UINT:INT in [0 - 65535]" is an UINT to people.
std::string placeholder_of(const CLI::Option& option) {
  std::string type = option.get_type_name();
  return option.get_expected_max() == 0 ? ""
                                        : " _" + scdoc_text(type.substr(0, type.find(':'))) + "_";
}

// "*-f*, *--config* _TEXT_"
std::string names_of(const CLI::Option& option) {
  if (!option.nonpositional()) return "_" + scdoc_text(option.get_name(true)) + "_";
  std::string names;
  for (const std::string& name : option.get_snames()) names += ", " + scdoc_bold("-" + name);
  for (const std::string& name : option.get_lnames()) names += ", " + scdoc_bold("--" + name);
  return names.substr(2) + placeholder_of(option);
}

std::string sentence(std::string text) {
  if (!text.empty() && text.back() != '.') text += '.';
  return scdoc_text(text);
}

std::string arguments_of(const CLI::App& command) {
  std::string text;
  for (const CLI::Option* option : command.get_options()) {
    if (option->nonpositional()) continue;
    text += " _" + scdoc_text(option->get_name(true)) + "_";
  }
  return text;
}

std::string entry_of(const CLI::Option& option) {
  std::string text = "\n\t" + names_of(option) + "\n\t\t" + sentence(option.get_description());
  if (!option.get_default_str().empty()) {
    text += " Default: " + scdoc_bold(option.get_default_str()) + ".";
  }
  return text + "\n";
}

std::string entry_of(const CLI::App& command, const std::string& before) {
  const std::string name = before + command.get_name();
  std::string text;
  const auto inner = command.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* each : inner) text += entry_of(*each, name + " ");
  if (!inner.empty()) return text;
  text = "\n" + scdoc_bold(name);
  for (const std::string& alias : command.get_aliases()) text += ", " + scdoc_bold(alias);
  text += arguments_of(command) + "\n\t" + sentence(command.get_description()) + "\n";
  for (const CLI::Option* option : command.get_options()) {
    if (option != command.get_help_ptr()) text += entry_of(*option);
  }
  return text;
}

}  // namespace

std::string command_man_page(const CLI::App& commands) {
  std::string text(kTop);
  for (const CLI::App* command : commands.get_subcommands([](const CLI::App*) { return true; })) {
    text += entry_of(*command, "");
  }
  return text + with_tabs(kBottom);
}

}  // namespace stickler::app
