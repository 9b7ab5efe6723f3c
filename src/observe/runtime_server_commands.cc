// SPDX-License-Identifier: MIT
#include "observe/runtime_server_commands.h"

#include <charconv>

#include "observe/runtime_commands.h"

namespace stickler::observe {
namespace {

using backend::Admin;

constexpr unsigned kMostWeight = 256;
constexpr std::string_view kNoServer = "No such server.";

std::optional<Admin> admin_of(std::string_view word) {
  if (word == "ready") return Admin::ready;
  if (word == "drain") return Admin::drain;
  if (word == "maint") return Admin::maint;
  return std::nullopt;
}

std::optional<unsigned> weight_in(std::string_view text) {
  unsigned number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string said(std::optional<std::string> refusal) { return refusal.value_or(""); }

std::string set_state(Administration& administration, ServerName server, std::string_view word) {
  std::optional<Admin> state = admin_of(word);
  if (!state) return "'set server <srv> state' expects 'ready', 'drain' and 'maint'.";
  return said(administration.set_state(server, *state));
}

// "50", or "50%" of what the file says.
std::string set_weight(Administration& administration, ServerName server, std::string_view word) {
  const bool relative = word.ends_with('%');
  if (relative) word.remove_suffix(1);
  std::optional<unsigned> number = weight_in(word);
  if (!number) return "Require <weight> or <weight%>.";
  if (relative) {
    if (*number > 100) return "Relative weight can only be between 0 and 100% inclusive.";
    const backend::Backend* backend = administration.snapshot().find_backend(server.backend);
    number =
        backend->server(*backend->position_of(server.server)).settings().weight * *number / 100;
  }
  if (*number > kMostWeight) {
    return "Absolute weight can only be between 0 and 256 inclusive.";
  }
  return said(administration.set_weight(server, *number));
}

// "addr 10.0.0.1 port 80"; without a port the one it has.
std::string set_address(Administration& administration, ServerName server, const Words& words) {
  if (words.size() < 3) return "'set server <srv> addr' requires an address and optionally a port.";
  std::string address = words[2];
  if (address.find(':') != std::string::npos && !address.starts_with('[')) {
    address = "[" + address + "]";
  }
  if (words.size() >= 5 && words[3] == "port") {
    address += ":" + words[4];
  } else {
    const backend::Backend* backend = administration.snapshot().find_backend(server.backend);
    auto known = backend->server(*backend->position_of(server.server)).address();
    address += ":" + std::to_string(known ? known->port() : 80);
  }
  return said(administration.set_address(server, address));
}

// What HAProxy sets of a server, but Stickler does not.
struct Missing {
  std::string_view what;
  std::string_view instead;
};
constexpr Missing kMissing[] = {
    {"health", "a server is as healthy as its checks find it; state drain or maint take it out"},
    {"agent", "there are no agent checks; state and weight do what an agent would say"},
    {"agent-addr", "there are no agent checks"},
    {"agent-port", "there are no agent checks"},
    {"agent-send", "there are no agent checks"},
    {"check-addr", "a server is checked where it is"},
    {"check-port", "change check.port in the configuration, and reload"},
    {"fqdn", "change the address in the configuration, and reload; or set addr"},
    {"ssl", "servers are spoken to without TLS"},
};

std::string refuse_to_set(std::string_view what) {
  for (const Missing& missing : kMissing) {
    if (missing.what != what) continue;
    return "'set server <srv> " + std::string(what) +
           "' is not there: " + std::string(missing.instead) + ".";
  }
  return "usage: set server <backend>/<server> state|weight|addr ...";
}

std::string set_server(Administration& administration, const Words& words) {
  if (words.empty()) return "Require 'backend/server'.";
  std::optional<ServerName> server = find_server(administration.snapshot(), words[0]);
  if (!server) return std::string(kNoServer);
  // Not "… ? words[1] : \"\"": that would be a copy, gone at once.
  const std::string_view what = words.size() > 1 ? std::string_view(words[1]) : "";
  const std::string_view value = words.size() > 2 ? std::string_view(words[2]) : "";
  if (what == "state") return set_state(administration, *server, value);
  if (what == "weight") return set_weight(administration, *server, value);
  if (what == "addr") return set_address(administration, *server, words);
  return refuse_to_set(what);
}

// "set weight b/s 10", as before there was `set server`; hatop's keys say it.
std::string set_weight_of(Administration& administration, const Words& words) {
  std::optional<ServerName> server =
      words.empty() ? std::nullopt : find_server(administration.snapshot(), words[0]);
  if (!server) return std::string(kNoServer);
  return set_weight(administration, *server, words.size() > 1 ? std::string_view(words[1]) : "");
}

std::string get_weight_of(Administration& administration, const Words& words) {
  const proxy::Snapshot& snapshot = administration.snapshot();
  std::optional<ServerName> name = words.empty() ? std::nullopt : find_server(snapshot, words[0]);
  if (!name) return std::string(kNoServer);
  const backend::Backend& backend = *snapshot.find_backend(name->backend);
  const backend::Server& server = backend.server(*backend.position_of(name->server));
  return std::to_string(server.view().weight) + " (initial " +
         std::to_string(server.file_weight()) + ")";
}

std::string end_tunnels(Administration& administration, const Words& words) {
  if (words.empty()) return "Require 'backend/server'.";
  std::optional<ServerName> server = find_server(administration.snapshot(), words[0]);
  if (!server) return std::string(kNoServer);
  administration.end_tunnels(*server);
  return "";
}

// "drain b/s within 30m"
std::string drain(Administration& administration, const Words& words) {
  if (words.empty()) return "Require 'backend/server'.";
  std::optional<ServerName> server = find_server(administration.snapshot(), words[0]);
  if (!server) return std::string(kNoServer);
  if (words.size() == 1) return said(administration.set_state(*server, Admin::drain));
  std::optional<Duration> within =
      words.size() == 3 && words[1] == "within" ? parse_duration(words[2]) : std::nullopt;
  if (!within || *within <= Duration{0}) return "usage: drain <backend>/<server> [within 30m]";
  return said(administration.drain(*server, *within));
}

std::string show_drain(Administration& administration, const Words& words) {
  if (words.empty()) return "Require 'backend/server'.";
  std::optional<ServerName> server = find_server(administration.snapshot(), words[0]);
  if (!server) return std::string(kNoServer);
  return to_line(administration.drain_report(*server));
}

std::string switch_server(Administration& administration, const Words& words, Admin state) {
  if (words.empty()) return "Require 'backend/server'.";
  std::optional<ServerName> server = find_server(administration.snapshot(), words[0]);
  if (!server) return std::string(kNoServer);
  return said(administration.set_state(*server, state));
}

}  // namespace

std::optional<ServerName> find_server(const proxy::Snapshot& snapshot, std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view wanted = slash == text.npos ? "" : text.substr(0, slash);
  const std::string_view name = slash == text.npos ? text : text.substr(slash + 1);
  std::optional<ServerName> found;
  for (const auto& backend : snapshot.backends) {
    if (slash != text.npos && backend->name() != wanted) continue;
    std::optional<std::size_t> position = backend->position_of(name);
    if (!position) continue;
    if (found) return std::nullopt;
    found = ServerName{backend->name(), backend->server(*position).name()};
  }
  return found;
}

void add_server_commands(RuntimeCommands& commands, Administration& administration) {
  commands.add("set server", "<b>/<s> state|weight|addr ...",
               "Takes a server out (drain, maint), puts it back (ready), or changes it.",
               [&](const Words& words) { return set_server(administration, words); });
  commands.add("drain", "<b>/<s> [within TIME]",
               "Gives a server no new sessions; after this time moves those that are left.",
               [&](const Words& words) { return drain(administration, words); });
  commands.add("show drain", "<b>/<s>",
               "Who is left at a server, and when the last will have gone.",
               [&](const Words& words) { return show_drain(administration, words); });
  commands.add("set weight", "<b>/<s> N|N%", "The same as set server <b>/<s> weight.",
               [&](const Words& words) { return set_weight_of(administration, words); });
  commands.add("get weight", "<b>/<s>", "A server's weight, and what the file says.",
               [&](const Words& words) { return get_weight_of(administration, words); });
  commands.add("shutdown sessions server", "<b>/<s>",
               "Ends the tunnels to a server; running requests finish.",
               [&](const Words& words) { return end_tunnels(administration, words); });
  commands.add("enable server", "<b>/<s>", "The same as state ready.", [&](const Words& words) {
    return switch_server(administration, words, Admin::ready);
  });
  commands.add("disable server", "<b>/<s>", "The same as state maint.", [&](const Words& words) {
    return switch_server(administration, words, Admin::maint);
  });
}

}  // namespace stickler::observe
