// SPDX-License-Identifier: MIT
// The vocabulary in which schema_*.cc write their rows: duration<&Check::interval>("interval", "…")
// .between(10ms, 1h).haproxy("inter"). Binds a row to a struct's field without a cast in any row.
#pragma once

#include <type_traits>

#include "config/forms.h"
#include "config/schema.h"

namespace stickler::config {

// ---- a Value into a field, and back ----

inline void assign(bool& field, const Value& value) { field = std::get<bool>(value); }
inline void assign(std::optional<bool>& field, const Value& value) {
  field = std::get<bool>(value);
}
inline void assign(std::string& field, const Value& value) { field = std::get<std::string>(value); }
inline void assign(Duration& field, const Value& value) {
  field = Duration(std::get<std::int64_t>(value));
}
inline void assign(std::vector<std::string>& field, const Value& value) {
  field = std::get<std::vector<std::string>>(value);
}
inline void assign(std::vector<NameValue>& field, const Value& value) {
  field = std::get<std::vector<NameValue>>(value);
}
inline void assign(std::vector<FieldMatch>& field, const Value& value) {
  for (const auto& [name, text] : std::get<std::vector<NameValue>>(value)) {
    field.push_back({.name = name, .value = text});
  }
}
// Where each stands is filled in later: a Value has no place.
inline void assign(std::vector<Bind>& field, const Value& value) {
  for (const std::string& text : std::get<std::vector<std::string>>(value)) {
    field.push_back({.text = text, .origin = {}});
  }
}
template <typename T>
  requires(std::is_enum_v<T> || std::is_integral_v<T>)
void assign(T& field, const Value& value) {
  field = static_cast<T>(std::get<std::int64_t>(value));
}
template <typename T>
  requires(std::is_enum_v<T> || std::is_integral_v<T>)
void assign(std::optional<T>& field, const Value& value) {
  field = static_cast<T>(std::get<std::int64_t>(value));
}

inline Value value_of(bool field) { return field; }
inline Value value_of(const std::string& field) { return field; }
inline Value value_of(Duration field) { return static_cast<std::int64_t>(field.count()); }
inline Value value_of(const std::vector<std::string>& field) { return field; }
template <typename T>
  requires(std::is_enum_v<T> || std::is_integral_v<T>)
Value value_of(T field) {
  return static_cast<std::int64_t>(field);
}
// Lists of structs and unset optionals have no default to show.
template <typename T>
Value value_of(const std::vector<T>&) {
  return std::string();
}
template <typename T>
Value value_of(const std::optional<T>&) {
  return std::string();
}

template <auto Member>
struct Field;

template <typename Struct, typename Type, Type Struct::* Member>
struct Field<Member> {
  using Object = Struct;
  static Type& of(void* object) { return static_cast<Struct*>(object)->*Member; }

  static void store(void* object, const Value& value) { assign(of(object), value); }
  static Value fetch(const void* object) {
    return value_of(static_cast<const Struct*>(object)->*Member);
  }
  static void* open_group(void* parent, std::string_view, const Origin&) {
    if constexpr (requires(Type& field) { field.emplace(); }) {
      return &of(parent).emplace();
    } else {
      return &of(parent);
    }
  }
  static void visit_group(const void* parent, const VisitGroup& visit) {
    const Type& field = static_cast<const Struct*>(parent)->*Member;
    if constexpr (requires { field.has_value(); }) {
      if (field) visit("", &*field);
    } else {
      visit("", &field);
    }
  }
  static void visit_named(const void* parent, const VisitGroup& visit) {
    for (const auto& element : static_cast<const Struct*>(parent)->*Member) {
      visit(element.name, &element);
    }
  }
  // Time limits are inherited from the file's when the element is made; its own come on top.
  static void* open_named(void* parent, std::string_view name, const Origin& origin) {
    auto& element = of(parent).emplace_back();
    element.name = name;
    element.origin = origin;
    if constexpr (requires { element.timeouts = static_cast<Struct*>(parent)->timeouts; }) {
      element.timeouts = static_cast<Struct*>(parent)->timeouts;
    }
    return &element;
  }
};

template <typename T>
const void* defaults_of() {
  static const T object;
  return &object;
}

// ---- bounds ----

inline constexpr Duration kDay = std::chrono::hours(24);
inline constexpr std::int64_t kKilobyte = 1024;
inline constexpr std::int64_t kMegabyte = kKilobyte * 1024;
inline constexpr std::int64_t kTerabyte = std::int64_t{1} << 40;

// ---- rows ----

// A row that is still being written.
struct Row : Setting {
  constexpr Row called(std::string_view directive) const {
    Row row = *this;
    row.haproxy = directive;
    return row;
  }
  constexpr Row also(std::string_view name_too) const {
    Row row = *this;
    row.other_name = name_too;
    return row;
  }
  constexpr Row between(std::int64_t low, std::int64_t high) const {
    Row row = *this;
    row.least = low;
    row.most = high;
    return row;
  }
  constexpr Row between(Duration low, Duration high) const {
    return between(low.count(), high.count());
  }
  constexpr Row or_off() const {
    Row row = *this;
    row.can_be_off = true;
    return row;
  }
  constexpr Row by_default(std::string_view text) const {
    Row row = *this;
    row.default_text = text;
    return row;
  }
  // A text that must pass `test`; `form_of_it` tells the reference how it looks.
  constexpr Row like(std::string_view form_of_it, TextCheck test) const {
    Row row = *this;
    row.shape = form_of_it;
    row.check = test;
    return row;
  }
  constexpr Row with_names(TextCheck test) const {
    Row row = *this;
    row.check_name = test;
    return row;
  }
  constexpr Row required(std::string_view how) const {
    Row row = *this;
    row.example = how;
    return row;
  }
  constexpr Row or_just(std::string_view setting_of_it) const {
    Row row = *this;
    row.short_form = setting_of_it;
    return row;
  }
  constexpr Row lacking(std::string_view what) const {
    Row row = *this;
    row.not_yet = what;
    return row;
  }
  constexpr Row of_many_lines() const {
    Row row = *this;
    row.many_lines = true;
    return row;
  }
  constexpr Row without_effect(std::string_view why) const {
    Row row = *this;
    row.not_yet = why;
    row.has_effect = false;
    return row;
  }
};

template <auto Member>
constexpr Row plain(Form form, std::string_view name, std::string_view sentence) {
  Row row;
  row.name = name;
  row.form = form;
  row.sentence = sentence;
  row.store = Field<Member>::store;
  row.fetch = Field<Member>::fetch;
  return row;
}
template <auto Member>
constexpr Row boolean(std::string_view name, std::string_view sentence) {
  return plain<Member>(Form::boolean, name, sentence);
}
template <auto Member>
constexpr Row integer(std::string_view name, std::string_view sentence) {
  return plain<Member>(Form::integer, name, sentence);
}
template <auto Member>
constexpr Row duration(std::string_view name, std::string_view sentence) {
  return plain<Member>(Form::duration, name, sentence);
}
template <auto Member>
constexpr Row size(std::string_view name, std::string_view sentence) {
  return plain<Member>(Form::size, name, sentence);
}
template <auto Member>
constexpr Row text(std::string_view name, std::string_view sentence) {
  return plain<Member>(Form::text, name, sentence);
}
template <auto Member>
constexpr Row texts(std::string_view name, std::string_view sentence) {
  return plain<Member>(Form::texts, name, sentence);
}
template <auto Member>
constexpr Row named_texts(std::string_view name, std::string_view sentence) {
  return plain<Member>(Form::named_texts, name, sentence);
}
template <auto Member>
constexpr Row word(std::string_view name, std::span<const Word> words, std::string_view sentence) {
  Row row = plain<Member>(Form::word, name, sentence);
  row.words = words;
  return row;
}
template <auto Member>
constexpr Row group(std::string_view name, const Section& section, std::string_view sentence) {
  Row row;
  row.name = name;
  row.form = Form::group;
  row.sentence = sentence;
  row.section = &section;
  row.open = Field<Member>::open_group;
  row.visit = Field<Member>::visit_group;
  return row;
}
template <auto Member>
constexpr Row named_groups(std::string_view name, const Section& section,
                           std::string_view sentence) {
  Row row = group<Member>(name, section, sentence);
  row.form = Form::named_groups;
  row.open = Field<Member>::open_named;
  row.visit = Field<Member>::visit_named;
  return row;
}
// A row whose value is no plain copy into one field.
constexpr Row special(Form form, std::string_view name, void (*store)(void*, const Value&),
                      std::string_view sentence) {
  Row row;
  row.name = name;
  row.form = form;
  row.sentence = sentence;
  row.store = store;
  return row;
}

}  // namespace stickler::config
