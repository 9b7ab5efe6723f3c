// SPDX-License-Identifier: MIT
// Stick tables, and the Redis that some of them are shared through.
#include "observe/metrics_family.h"

namespace stickler::observe {
namespace {

using Table = TableStats;
using Counts = balance::StickyTable::Counts;
using Sharing = cluster::SharingReport;

template <auto Member>
Value table_count(const Table& table, const StatsSnapshot&) {
  return table.counts.*Member;
}

constexpr Family<Table> kHaproxyTables[] = {
    {"size", kGauge, "Keys that there is room for.",
     [](const Table& it, const StatsSnapshot&) -> Value { return it.limits.entries; }},
    {"used", kGauge, "Keys that are kept.", table_count<&Counts::entries>},
};

constexpr Family<Table> kOwnTables[] = {
    {"hits_total", kCounter, "Requests whose key was known.", table_count<&Counts::hits>},
    {"misses_total", kCounter, "Requests whose key was new.", table_count<&Counts::misses>},
    {"claims_total", kCounter, "New keys that a server got.", table_count<&Counts::claims>},
    {"moves_total", kCounter, "Keys that had lost their server and got another one.",
     table_count<&Counts::moves>},
    {"expired_total", kCounter, "Keys forgotten because nobody used them for long.",
     table_count<&Counts::expired>},
    {"evicted_total", kCounter, "Keys forgotten because the table was full.",
     table_count<&Counts::evicted>},
    {"corrected_total", kCounter, "Keys that other balancers had another server for.",
     [](const Table& it, const StatsSnapshot&) -> Value {
       return it.shared ? Value(it.counts.corrected) : std::nullopt;
     }},
    {"shared", kGauge, "1 if the table is shared with other balancers.",
     member<Table, &Table::shared>},
};

constexpr Family<Sharing> kRedis[] = {
    {"up", kGauge, "1 if a Redis answers; 0: this balancer decides by itself.",
     [](const Sharing& it, const StatsSnapshot&) -> Value {
       return it.state != Sharing::State::alone;
     }},
    {"settled", kGauge, "1 if it has been told all that was decided without it.",
     [](const Sharing& it, const StatsSnapshot&) -> Value {
       return it.state == Sharing::State::shared;
     }},
    {"lag_seconds", kGauge, "How long the last message to ourselves took through Redis.",
     member<Sharing, &Sharing::lag>},
    {"other_balancers", kGauge, "Balancers that were heard of lately, without this one.",
     member<Sharing, &Sharing::others>},
    {"waiting_keys", kGauge, "Keys that were asked for and have no answer yet.",
     member<Sharing, &Sharing::waiting>},
    {"connections_total", kCounter, "Connections to Redis that came about.",
     member<Sharing, &Sharing::connections>},
    {"proposals_total", kCounter, "Keys that Redis was asked to agree to.",
     member<Sharing, &Sharing::proposals>},
    {"answers_total", kCounter, "Answers to these.", member<Sharing, &Sharing::answers>},
    {"messages_total", kCounter, "Messages heard from other balancers.",
     member<Sharing, &Sharing::messages>},
    {"decided_alone_total", kCounter,
     "Keys decided without the others, because nobody answered in time.",
     member<Sharing, &Sharing::decided_alone>},
    {"corrected_total", kCounter, "Keys that the others had another server for.",
     member<Sharing, &Sharing::corrected>},
};

}  // namespace

void put_table_metrics(const StatsSnapshot& stats, PrometheusText& out) {
  Subjects<Table> tables(stats, out);
  // All keys are strings here.
  for (const Table& each : stats.tables) {
    tables.add(each, Labels().with("name", each.name).with("type", "string"));
  }
  tables.put("haproxy_sticktable_", kHaproxyTables);
  tables.put("stickler_sticktable_", kOwnTables);
  Subjects<Sharing> redis(stats, out);
  if (stats.sharing) redis.add(*stats.sharing, {});
  redis.put("stickler_redis_", kRedis);
}

}  // namespace stickler::observe
