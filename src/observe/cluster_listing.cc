// SPDX-License-Identifier: MIT
#include "observe/cluster_listing.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "observe/cluster_json.h"
#include "observe/cluster_words.h"
#include "observe/json_text.h"
#include "observe/readable.h"

namespace stickler::observe {
namespace {

using cluster::BucketState;
using cluster::ClusterReport;
using cluster::NodeReport;

using Row = std::array<std::string, 4>;

constexpr const char* kNone = "# no cluster is configured\n";

// Much of it was written by others, and must not begin a line of its own.
std::string whole_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text + "\n";
}

// Characters.
std::size_t width_of(std::string_view text) {
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  return static_cast<std::size_t>(std::ranges::count_if(text, begins));
}

// All columns but the last as wide as they have to be.
std::string aligned(const std::vector<Row>& rows) {
  std::array<std::size_t, std::tuple_size_v<Row> - 1> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(row[i]));
    }
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      line += row[i] + std::string(widths[i] - width_of(row[i]) + 2, ' ');
    }
    line += row.back();
    text += whole_line(std::move(line));
  }
  return text;
}

std::string headline(const ClusterReport& report) {
  return whole_line(fmt::format("# cluster: {}, buckets:{}, nodes:{}, epoch:{}", report.name,
                                report.buckets.size(), report.nodes.size(), report.epoch)) +
         whole_line(fmt::format("# {}: {}", standing_of(report), cluster_details(report)));
}

std::string since_in_words(const BucketState& state, WallTime since, WallTime now) {
  if (!state.moves()) return "since " + clock_text(since, now);
  return fmt::format("for {}: {}", readable_span(now - since), cause_in_words(state.cause));
}

Row row_of(const ClusterReport& report, const BucketRange& range, WallTime now) {
  const BucketState& state = report.buckets[range.first].state;
  return {bucket_label(report, range), way_of(state, "->"), to_string(state.stage),
          since_in_words(state, range.since, now)};
}

Row row_of(const NodeReport& node, WallTime now) {
  Row row{node.id, key_in_words(node, now),
          fmt::format("buckets:{} leaving:{} coming:{}", node.buckets, node.leaving, node.coming),
          node.urls.local_node_url};
  if (node.trouble.empty()) return row;
  row.back() += "  trouble:";
  append_json_string(node.trouble, row.back());
  return row;
}

// `rows_of`: of one cluster.
template <typename RowsOf>
std::string listing(const Clusters& clusters, RowsOf rows_of) {
  std::string text = clusters.empty() ? kNone : "";
  for (const ClusterReport& report : clusters) text += headline(report) + aligned(rows_of(report));
  return text;
}

// `add`: to the members of a cluster.
template <typename Add>
std::string clusters_document(const Clusters& clusters, Add add) {
  Json all = Json::array();
  for (const ClusterReport& report : clusters) {
    Json json = cluster_json(report);
    add(json, report);
    all.push_back(std::move(json));
  }
  return document(all);
}

}  // namespace

std::string bucket_lines(const Clusters& clusters, WallTime now) {
  return listing(clusters, [now](const ClusterReport& report) {
    std::vector<Row> rows;
    for (const BucketRange& range : bucket_ranges(report)) {
      rows.push_back(row_of(report, range, now));
    }
    return rows;
  });
}

std::string node_lines(const Clusters& clusters, WallTime now) {
  return listing(clusters, [now](const ClusterReport& report) {
    std::vector<Row> rows;
    for (const NodeReport& node : report.nodes) rows.push_back(row_of(node, now));
    return rows;
  });
}

std::string clusters_buckets_json(const Clusters& clusters) {
  return clusters_document(clusters, [](Json& json, const ClusterReport& report) {
    json["ranges"] = bucket_ranges_json(report, time_or_null);
    json["buckets"] = buckets_json(report, time_or_null);
  });
}

std::string clusters_nodes_json(const Clusters& clusters) {
  return clusters_document(clusters, [](Json& json, const ClusterReport& report) {
    json["nodes"] = nodes_json(report, time_or_null);
    json["balancers"] = balancers_json(report);
  });
}

}  // namespace stickler::observe
