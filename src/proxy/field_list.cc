// SPDX-License-Identifier: MIT
#include "proxy/field_list.h"

#include <array>
#include <optional>
#include <string>

#include "base/strings.h"

namespace stickler::proxy {
namespace {

struct VariableName {
  std::string_view name;
  std::string_view Variables::* value;
};

constexpr std::array<VariableName, 9> kVariables{{{"client", &Variables::client},
                                                  {"server", &Variables::server},
                                                  {"backend", &Variables::backend},
                                                  {"route", &Variables::route},
                                                  {"listener", &Variables::listener},
                                                  {"scheme", &Variables::scheme},
                                                  {"host", &Variables::host},
                                                  {"tls_version", &Variables::tls_version},
                                                  {"request_id", &Variables::request_id}}};

// Empty if it has no value here.
std::string_view value_of(std::string_view name, const Variables& variables) {
  for (const VariableName& variable : kVariables) {
    if (variable.name == name) return variables.*variable.value;
  }
  return {};
}

// `value` with its variables replaced; nothing if one has no value.
std::optional<std::string> expand(std::string_view value, const Variables& variables) {
  std::string text;
  while (!value.empty()) {
    std::size_t begin = value.find("${");
    std::size_t end = begin == std::string_view::npos ? begin : value.find('}', begin);
    if (end == std::string_view::npos) return text.append(value);
    std::string_view replacement = value_of(value.substr(begin + 2, end - begin - 2), variables);
    if (replacement.empty()) return std::nullopt;
    text.append(value.substr(0, begin)).append(replacement);
    value.remove_prefix(end + 1);
  }
  return text;
}

}  // namespace

void FieldList::remove(std::string_view name) {
  std::erase_if(
      fields_, [name](const http::Field& field) { return equals_ignoring_case(field.name, name); });
}

void add_configured(const config::NameValue& field, const Variables& variables, FieldList& fields) {
  if (field.second.find("${") == std::string::npos) {
    fields.add(field.first, field.second);
    return;
  }
  std::optional<std::string> value = expand(field.second, variables);
  if (value) fields.add(field.first, fields.keep(*value));
}

void apply_edits(const config::FieldEdits& edits, const Variables& variables, FieldList& fields) {
  for (const std::string& name : edits.remove) fields.remove(name);
  for (const config::NameValue& field : edits.set) {
    fields.remove(field.first);
    add_configured(field, variables, fields);
  }
  for (const config::NameValue& field : edits.add) add_configured(field, variables, fields);
}

}  // namespace stickler::proxy
