// SPDX-License-Identifier: MIT
#include "observe/prometheus_text.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/assert.h"
#include "observe/utf8_text.h"

namespace stickler::observe {
namespace {

constexpr std::string_view kReplacement = "\uFFFD";

// The longest double without an exponent has 309 digits before the point, or 324 behind it.
constexpr std::size_t kLongestNumber = 350;

// Doubles below hold every integer: 2^53.
constexpr double kExactIntegers = 9'007'199'254'740'992.0;

void append_number(Number number, std::string& out) {
  const double value = number.value();
  std::array<char, kLongestNumber> digits;
  char* const end = digits.data() + digits.size();
  if (std::abs(value) < kExactIntegers && value == std::trunc(value)) {
    // Nearly all are counts, and this is several times as fast.
    const auto whole = static_cast<std::int64_t>(value);
    out.append(digits.data(), std::to_chars(digits.data(), end, whole).ptr);
  } else if (std::isnan(value)) {
    out.append("NaN");
  } else if (std::isinf(value)) {
    out.append(value > 0 ? "+Inf" : "-Inf");
  } else {
    // The shortest text that is read back as the same number.
    out.append(digits.data(),
               std::to_chars(digits.data(), end, value, std::chars_format::fixed).ptr);
  }
}

std::string number_text(Number number) {
  std::string text;
  append_number(number, text);
  return text;
}

// Takes the first character off `text`, and appends it as it stands in a value.
void append_character(std::string_view& text, std::string& out) {
  const char first = text.front();
  std::size_t size = 1;
  if (first == '\\') {
    out.append("\\\\");
  } else if (first == '"') {
    out.append("\\\"");
  } else if (first == '\n') {
    out.append("\\n");
  } else if (static_cast<unsigned char>(first) < 0x80) {
    out.push_back(first);
  } else {
    size = utf8_sequence(text);
    out.append(size > 0 ? text.substr(0, size) : kReplacement);
    size = std::max<std::size_t>(size, 1);
  }
  text.remove_prefix(size);
}

std::string_view type_name(PrometheusText::Type type) {
  switch (type) {
    case PrometheusText::Type::counter:
      return "counter";
    case PrometheusText::Type::gauge:
      return "gauge";
    case PrometheusText::Type::histogram:
      return "histogram";
  }
  ASSERT(false);
  return {};
}

}  // namespace

Labels Labels::with(std::string_view name, std::string_view value) const {
  Labels more = *this;
  if (!more.text_.empty()) more.text_.push_back(',');
  more.text_.append(name).append("=\"");
  while (!value.empty()) append_character(value, more.text_);
  more.text_.push_back('"');
  return more;
}

void PrometheusText::family(std::string_view name, Type type, std::string_view help) {
  name_ = name;
  type_ = type;
  help_ = help;
  begun_ = false;
}

// A line feed or a backslash in a help would need an escape; ours have none.
void PrometheusText::begin_family() {
  if (begun_) return;
  begun_ = true;
  text_.append("# HELP ").append(name_).append(" ").append(help_);
  text_.append("\n# TYPE ").append(name_).append(" ").append(type_name(type_)).append("\n");
}

void PrometheusText::sample(const Labels& labels, Number value) {
  begin_family();
  line("", labels, value);
}

void PrometheusText::histogram(const Labels& labels, const SpanTotals& spans) {
  begin_family();
  std::uint64_t count = 0;
  for (std::size_t bucket = 0; bucket < kSpanBuckets; ++bucket) {
    count += spans.buckets[bucket];
    const bool last = bucket == kSpanBounds;
    line("_bucket", labels.with("le", last ? "+Inf" : number_text(span_bound(bucket))), count);
  }
  line("_sum", labels, spans.sum);
  line("_count", labels, count);
}

void PrometheusText::line(std::string_view suffix, const Labels& labels, Number value) {
  text_.append(name_).append(suffix);
  if (!labels.text().empty()) text_.append("{").append(labels.text()).append("}");
  text_.push_back(' ');
  append_number(value, text_);
  text_.push_back('\n');
}

}  // namespace stickler::observe
