// SPDX-License-Identifier: MIT
// Prometheus' text format, version 0.0.4 ("Exposition formats" in its documentation): families of
// samples, each with its help and type once before its samples.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

#include "base/units.h"
#include "observe/spans.h"

namespace stickler::observe {

// All numbers of the format are doubles; times are in seconds.
class Number {
 public:
  Number(std::integral auto value) : value_(static_cast<double>(value)) {}
  Number(double value) : value_(value) {}
  Number(Duration span) : value_(std::chrono::duration<double>(span).count()) {}
  // Since the epoch.
  explicit Number(WallTime time) : Number(time.time_since_epoch()) {}

  double value() const { return value_; }

 private:
  double value_;
};

// What tells samples of a family apart. Values may be any bytes: what is no UTF-8 is replaced,
// since one such byte would cost the whole scrape.
class Labels {
 public:
  // One more; names are [a-zA-Z_][a-zA-Z0-9_]*.
  Labels with(std::string_view name, std::string_view value) const;

  std::string_view text() const { return text_; }

 private:
  std::string text_;  // name="value",…
};

class PrometheusText {
 public:
  enum class Type { counter, gauge, histogram };

  PrometheusText() { text_.reserve(kUsualSize); }

  // What follows belongs to this family, until the next one. A family without samples is not
  // written. Views all it is given until then.
  void family(std::string_view name, Type type, std::string_view help);

  void sample(const Labels& labels, Number value);
  // _bucket, cumulative and with +Inf; _sum and _count.
  void histogram(const Labels& labels, const SpanTotals& spans);

  // What has been written.
  std::string take() { return std::move(text_); }

 private:
  // Of a page with a few servers: it does not have to grow.
  static constexpr std::size_t kUsualSize = 60'000;

  void begin_family();
  void line(std::string_view suffix, const Labels& labels, Number value);

  std::string text_;
  std::string_view name_;
  std::string_view help_;
  Type type_ = Type::gauge;
  bool begun_ = false;
};

}  // namespace stickler::observe
