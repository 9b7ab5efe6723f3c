// SPDX-License-Identifier: MIT
// The columns of HAProxy 2.6's statistics (its management guide, 9.1): a name, the kind of its
// values, and what it says of a listener (FRONTEND), of a backend (BACKEND) and of a server. Pure.
//
// What Stickler does not have is empty, as HAProxy has it where a column does not apply. Only among
// those up to "srv_abrt", which tools have known for longest, are zeros for what never happens
// here.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "observe/stats_snapshot.h"

namespace stickler::observe {

struct ListenerRow {
  const StatsSnapshot& all;
  const ListenerStats& of;
};
struct BackendRow {
  const StatsSnapshot& all;
  const BackendStats& of;
};
struct ServerRow {
  const StatsSnapshot& all;
  const BackendStats& backend;
  const ServerStats& of;
};

// HAProxy's numbers for proxies and servers ("iid", "sid"): frontends and backends share one
// sequence, and 0 and 1 are taken. They stay through reloads.
std::size_t proxy_number(const ListenerStats& listener);
std::size_t proxy_number(const BackendStats& backend);
std::size_t server_number(const ServerStats& server);

struct Column {
  // Null: the column does not apply. "": it does, but there is nothing to say.
  template <typename Row>
  using Cell = std::string (*)(const Row& row);

  std::string_view name;
  // As in `show stat typed`: origin, nature and scope of the values, a letter each, and their type.
  std::string_view tags;
  std::string_view type;
  Cell<ListenerRow> listener = nullptr;
  Cell<BackendRow> backend = nullptr;
  Cell<ServerRow> server = nullptr;
  bool legend = false;  // on pages only where the administrator wants it: HAProxy's `show-legends`

  std::string value(const ListenerRow& row) const { return cell(listener, row); }
  std::string value(const BackendRow& row) const { return cell(backend, row); }
  std::string value(const ServerRow& row) const { return cell(server, row); }

 private:
  template <typename Row>
  static std::string cell(Cell<Row> of, const Row& row) {
    return of == nullptr ? std::string() : of(row);
  }
};

std::span<const Column> stats_columns();
// From here on they are those of HAProxy's modules; CSV has a dash before them.
inline constexpr std::size_t kFirstOfModules = 103;

}  // namespace stickler::observe
