// SPDX-License-Identifier: MIT
// What the families of /metrics are made of: rows that say what is taken from a part of the
// snapshot, and the writing of a sample for each of these parts. Names behind "haproxy_" and
// their meaning are those of HAProxy 2.6's exporter, so that what was made for it goes on working.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "observe/prometheus_text.h"
#include "observe/stats_snapshot.h"

namespace stickler::observe {

// Nothing: this one has no such sample.
using Value = std::optional<Number>;

inline constexpr auto kCounter = PrometheusText::Type::counter;
inline constexpr auto kGauge = PrometheusText::Type::gauge;

// HAProxy's, of listeners and backends.
inline constexpr std::array<std::string_view, 2> kProxyStates{"DOWN", "UP"};

// `Subject`: ListenerStats, ServerStats, …
template <typename Subject>
struct Family {
  std::string_view name;  // behind the prefix
  PrometheusText::Type type;
  std::string_view help;
  Value (*of)(const Subject& subject, const StatsSnapshot& stats);
};

// ---- what rows take ----

template <typename Subject, auto Member>
Value member(const Subject& subject, const StatsSnapshot&) {
  return subject.*Member;
}

template <typename Subject, Count What>
Value count(const Subject& subject, const StatsSnapshot&) {
  return subject.totals[What];
}

// Of about the last 1024.
template <typename Subject, Span Kind>
Value mean(const Subject& subject, const StatsSnapshot&) {
  return subject.totals[Kind].recent_mean();
}

template <typename Subject, Span Kind>
Value longest(const Subject& subject, const StatsSnapshot&) {
  return subject.totals[Kind].longest;
}

template <typename Subject>
Value connections_a_second(const Subject& subject, const StatsSnapshot&) {
  return subject.highest.connections;
}

template <typename Subject>
Value requests_a_second(const Subject& subject, const StatsSnapshot&) {
  return subject.highest.requests;
}

template <typename Subject>
Value open_tunnels(const Subject& subject, const StatsSnapshot&) {
  return subject.totals.open_tunnels();
}

// ---- writing ----

// All parts of one kind, each with its labels.
template <typename Subject>
class Subjects {
 public:
  Subjects(const StatsSnapshot& stats, PrometheusText& out) : stats_(stats), out_(out) {}

  void add(const Subject& subject, Labels labels) {
    subjects_.emplace_back(&subject, std::move(labels));
  }

  void put(std::string_view prefix, std::span<const Family<Subject>> families) const {
    for (const Family<Subject>& family : families) {
      const std::string name = std::string(prefix).append(family.name);
      out_.family(name, family.type, family.help);
      for (const auto& [subject, labels] : subjects_) {
        if (Value value = family.of(*subject, stats_)) out_.sample(labels, *value);
      }
    }
  }

  // A sample for each of `words`, the values of a further label. of(subject, index of the word)
  template <typename Of>
  void put_each(const Family<Subject>& family, std::string_view label,
                std::span<const std::string_view> words, Of of) const {
    out_.family(family.name, family.type, family.help);
    for (std::size_t i = 0; i < words.size(); ++i) {
      for (const auto& [subject, labels] : subjects_) {
        if (Value value = of(*subject, i)) out_.sample(labels.with(label, words[i]), *value);
      }
    }
  }

  void put_responses(std::string_view name) const {
    static constexpr std::array<std::string_view, 6> kClasses{"1xx", "2xx", "3xx",
                                                              "4xx", "5xx", "other"};
    put_each(
        {name, kCounter, "Answers to clients by class of status; other: none was sent.", {}},
        "code", kClasses, [](const Subject& subject, std::size_t index) -> Value {
          return subject
              .totals[static_cast<Count>(static_cast<std::size_t>(Count::responses_1xx) + index)];
        });
  }

 private:
  const StatsSnapshot& stats_;
  PrometheusText& out_;
  std::vector<std::pair<const Subject*, Labels>> subjects_;
};

// ---- the parts ----

void put_listener_metrics(const StatsSnapshot& stats, PrometheusText& out);
void put_backend_metrics(const StatsSnapshot& stats, PrometheusText& out);
void put_server_metrics(const StatsSnapshot& stats, PrometheusText& out);
void put_table_metrics(const StatsSnapshot& stats, PrometheusText& out);
void put_cluster_metrics(const StatsSnapshot& stats, PrometheusText& out);

}  // namespace stickler::observe
