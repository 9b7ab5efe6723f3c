// SPDX-License-Identifier: MIT
#include "observe/haproxy_field.h"

#include <array>
#include <utility>

#include "base/assert.h"
#include "observe/json_text.h"

namespace stickler::observe {
namespace {

using Letters = std::pair<char, std::string_view>;

constexpr std::array<Letters, 5> kOrigins{
    {{'M', "Metric"}, {'S', "Status"}, {'K', "Key"}, {'C', "Config"}, {'P', "Product"}}};
constexpr std::array<Letters, 9> kNatures{{{'G', "Gauge"},
                                           {'L', "Limit"},
                                           {'M', "Max"},
                                           {'R', "Rate"},
                                           {'C', "Counter"},
                                           {'D', "Duration"},
                                           {'A', "Age"},
                                           {'N', "Name"},
                                           {'O', "Output"}}};
constexpr std::string_view kAverage = "Avg";
constexpr std::array<Letters, 2> kScopes{{{'P', "Process"}, {'S', "Service"}}};

std::string_view word_for(char letter, const auto& letters) {
  for (const auto& [known, word] : letters) {
    if (known == letter) return word;
  }
  ASSERT(false);
  return {};
}

std::string_view nature_of(char letter) {
  return letter == 'a' ? kAverage : word_for(letter, kNatures);
}

}  // namespace

std::string typed_text(const HaproxyField& field) {
  std::string text = std::to_string(field.position);
  text.append(".").append(field.name).append(".1:").append(field.tags);
  return text.append(":").append(field.type).append(":").append(field.value);
}

void append_json_members(const HaproxyField& field, std::string& out) {
  out.append(R"("field":)");
  JsonObject where(out);
  where.number("pos", static_cast<std::int64_t>(field.position));
  where.text("name", field.name);
  where.end();
  out.append(R"(,"processNum":1,"tags":)");
  JsonObject tags(out);
  tags.text("origin", word_for(field.tags[0], kOrigins));
  tags.text("nature", nature_of(field.tags[1]));
  tags.text("scope", word_for(field.tags[2], kScopes));
  tags.end();
  out.append(R"(,"value":{"type":")").append(field.type).append(R"(","value":)");
  field.type == "str" ? append_json_string(field.value, out) : void(out.append(field.value));
  out.append("}");
}

}  // namespace stickler::observe
