// SPDX-License-Identifier: MIT
// The parts of the statistics page, from top to bottom.
#pragma once

#include "observe/html.h"
#include "observe/stats_html.h"

namespace stickler::observe {

void put_head(const PageView& view, Html& html);  // title, numbers of the process, links
void put_warnings(const PageView& view, Html& html);
void put_listeners(const PageView& view, Html& html);
void put_backends(const PageView& view, Html& html);
// Everything about one server, for a page whose options name it.
void put_server_details(const PageView& view, const BackendStats& backend,
                        const ServerStats& server, Html& html);
void put_tables(const PageView& view, Html& html);  // stick tables, and Redis
void put_clusters(const PageView& view, Html& html);
void put_news(const PageView& view, Html& html);  // events and moves

}  // namespace stickler::observe
