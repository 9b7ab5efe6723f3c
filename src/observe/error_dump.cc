// SPDX-License-Identifier: MIT
#include "observe/error_dump.h"

#include <algorithm>

#include "base/log.h"
#include "observe/date_text.h"
#include "observe/json_values.h"
#include "observe/stats_columns.h"

namespace stickler::observe {
namespace {

// "app (#3)"; what is gone, or never was, has the number -1.
std::string named(std::string_view name, std::optional<std::size_t> number) {
  return fmt::format("{} (#{})", name.empty() ? "<NONE>" : name,
                     number ? std::to_string(*number) : "-1");
}

const auto* find_named(const auto& all, std::string_view name) {
  const auto found = std::ranges::find(all, name, [](const auto& each) { return each.name; });
  return found == all.end() ? nullptr : &*found;
}

class Dump {
 public:
  explicit Dump(const StatsSnapshot& stats) : stats_(stats) {}

  std::string text_of(const CapturedError& error) const {
    const bool request = error.backend.empty();
    const std::string frontend = "frontend " + frontend_of(error);
    const std::string backend = "backend " + backend_of(error);
    std::string text = fmt::format(" \n[{}] {}: invalid {}\n  {}, server {}, event #{}, src {}\n",
                                   log_date(error.when), request ? frontend : backend,
                                   request ? "request" : "response", request ? backend : frontend,
                                   server_of(error), error.number, error.client);
    text += fmt::format("  len {}, error at position {}\n  {}\n  \n", error.received,
                        error.position, error.what);
    return text + byte_dump(error.bytes, error.first);
  }

 private:
  std::string frontend_of(const CapturedError& error) const {
    const ListenerStats* listener = find_named(stats_.listeners, error.listener);
    return named(error.listener,
                 listener == nullptr ? std::nullopt : std::optional(proxy_number(*listener)));
  }
  std::string backend_of(const CapturedError& error) const {
    const BackendStats* backend = find_named(stats_.backends, error.backend);
    return named(error.backend,
                 backend == nullptr ? std::nullopt : std::optional(proxy_number(*backend)));
  }
  std::string server_of(const CapturedError& error) const {
    const BackendStats* backend = find_named(stats_.backends, error.backend);
    const ServerStats* server =
        backend == nullptr ? nullptr : find_named(backend->servers, error.server);
    return named(error.server,
                 server == nullptr ? std::nullopt : std::optional(server_number(*server)));
  }

  const StatsSnapshot& stats_;
};

std::string escaped(char c) {
  switch (c) {
    case '\t':
      return "\\t";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\x1b':
      return "\\e";
    case '\\':
      return "\\\\";
    default:
      if (c >= ' ' && c <= '~') return {c};
      return fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
  }
}

// Latin-1 as UTF-8 (RFC 3629 §3).
std::string characters_of(std::string_view bytes) {
  std::string text;
  for (char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xc0 | byte >> 6);
      text += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return text;
}

}  // namespace

std::string error_dump(const std::vector<CapturedError>& errors, std::uint64_t count,
                       const StatsSnapshot& stats) {
  std::string text =
      fmt::format("Total events captured on [{}] : {}\n", log_date(stats.now), count);
  const Dump dump(stats);
  for (const CapturedError& error : errors) text += dump.text_of(error);
  return text;
}

std::string errors_json(const std::vector<CapturedError>& errors) {
  Json all = Json::array();
  for (const CapturedError& error : errors) {
    all.push_back({{"number", error.number},
                   {"time", time_or_null(error.when)},
                   {"client", error.client},
                   {"listener", error.listener},
                   {"backend", text_or_null(error.backend)},
                   {"server", text_or_null(error.server)},
                   {"error", error.what},
                   {"position", error.position},
                   {"received", error.received},
                   {"first", error.first},
                   {"bytes", characters_of(error.bytes)}});
  }
  return document(all);
}

std::string byte_dump(std::string_view bytes, std::size_t first) {
  constexpr std::size_t kWidth = 79;
  std::string text;
  char continued = ' ';
  for (std::size_t at = 0; at < bytes.size();) {
    std::string line = fmt::format("  {:05}{} ", first + at, continued);
    continued = '+';
    while (at < bytes.size()) {
      const std::string next = escaped(bytes[at]);
      if (line.size() + next.size() > kWidth) break;
      line += next;
      if (bytes[at++] != '\n') continue;
      continued = ' ';
      break;
    }
    text += line + "\n";
  }
  return text;
}

}  // namespace stickler::observe
