// SPDX-License-Identifier: MIT
// What `stickler show` makes of the running program's answers: tables, and plain JSON where the
// answer is HAProxy's. Pure.
#pragma once

#include <nlohmann/json.hpp>

#include "app/table.h"
#include "base/units.h"

namespace stickler::app {

using Json = nlohmann::ordered_json;

// Of what observe/servers_json.h and its neighbours write. Throw nlohmann's exceptions if it is
// something else. `now`: for how long things have been so.
Table servers_table(const Json& servers, WallTime now);
Table sessions_table(const Json& sessions);
Table config_table(const Json& settings);
Table events_table(const Json& events);
// Of observe/table_listing.h: of all stick tables, and the keys of one, the last used first.
Table stick_tables_table(const Json& tables);
Table stick_keys_table(const Json& answer);
// Of observe/cluster_listing.h: buckets that are alike as one, and nodes.
Table buckets_table(const Json& clusters, WallTime now);
Table nodes_table(const Json& clusters, WallTime now);
// How it goes with each, in lines of so many characters; 0: as they come.
std::string clusters_remark(const Json& clusters, std::size_t width);

// Of plain_rows().
Table stat_table(const Json& rows);

// HAProxy's array of fields as an object: { "Name": "Stickler", … }; of several arrays, several
// objects.
Json plain_fields(const Json& fields);
Json plain_rows(const Json& rows);

}  // namespace stickler::app
