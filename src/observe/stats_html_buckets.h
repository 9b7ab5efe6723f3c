// SPDX-License-Identifier: MIT
// A picture of a cluster's buckets: a cell for each, with the number and colour of the node that
// has it. Of very many, a cell for all that begin alike.
#pragma once

#include "base/units.h"
#include "cluster/cluster_report.h"
#include "observe/html.h"

namespace stickler::observe {

void put_buckets(const cluster::ClusterReport& report, WallTime now, Html& html);
// A cell as the picture has it, of the node at this place of the report.
void put_swatch(std::size_t node, Html& html);

}  // namespace stickler::observe
