// SPDX-License-Identifier: MIT
// A head's fields while they are being edited: views into the received head, the configuration, and
// a text arena of its own. A worker has one for requests and one for responses, used between two
// waits.
#pragma once

#include <string_view>
#include <vector>

#include "config/config.h"
#include "http/head.h"
#include "proxy/text_arena.h"

namespace stickler::proxy {

class FieldList {
 public:
  void clear() {
    fields_.clear();
    text_.clear();
  }
  void add(const http::Field& field) { fields_.push_back(field); }
  // Name and value must outlive the list's use; keep() makes that so.
  void add(std::string_view name, std::string_view value) {
    fields_.push_back({name, value, http::FieldId::other});
  }
  std::string_view keep(std::string_view text) { return text_.keep(text); }

  // Every field of that name, in any case.
  void remove(std::string_view name);

  const std::vector<http::Field>& fields() const { return fields_; }

 private:
  std::vector<http::Field> fields_;
  TextArena text_;
};

// What ${…} stands for in a configured value. Empty means: there is none, as ${server} in an answer
// of our own.
struct Variables {
  std::string_view client;
  std::string_view server;
  std::string_view backend;
  std::string_view route;
  std::string_view listener;
  std::string_view scheme;
  std::string_view host;
  std::string_view tls_version;
  std::string_view request_id;
};

// A field whose value may hold variables; if one of them has no value the field is left out.
void add_configured(const config::NameValue& field, const Variables& variables, FieldList& fields);

// Applies configured edits: remove, set (removes, then appends), add (appends), as HAProxy's
// del-header, set-header and add-header.
void apply_edits(const config::FieldEdits& edits, const Variables& variables, FieldList& fields);

}  // namespace stickler::proxy
