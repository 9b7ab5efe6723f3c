// SPDX-License-Identifier: MIT
// A request or response head as a value: views into the buffer that holds its bytes. Whoever keeps
// a head keeps that buffer, unmoved. Knows no I/O and no wire format beyond what the words mean.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace stickler::http {

// Fields this program acts on; everything else is `other` and passes through.
enum class FieldId : std::uint8_t {
  other,
  cache_control,
  connection,
  content_length,
  cookie,
  date,
  expect,
  host,
  keep_alive,
  proxy_connection,
  set_cookie,
  te,
  trailer,
  transfer_encoding,
  upgrade,
  x_forwarded_for,
  x_forwarded_host,
  x_forwarded_proto,
};

// The id of a field name in any case.
FieldId field_id(std::string_view name);

struct Field {
  std::string_view name;   // as received
  std::string_view value;  // without the white space around it
  FieldId id = FieldId::other;
};

enum class Method : std::uint8_t {
  other,
  get,
  head,
  post,
  put,
  delete_,
  connect,
  options,
  trace,
  patch
};
Method method_of(std::string_view text);
// RFC 9110 §9.2.2; `other` is not.
bool is_idempotent(Method method);

// How the bytes of a body are delimited (RFC 9112 §6.3). `none` also stands for "Content-Length:
// 0".
enum class BodyKind : std::uint8_t { none, length, chunked, until_close };
struct BodyFraming {
  BodyKind kind = BodyKind::none;
  std::uint64_t length = 0;  // bytes, if kind is length
};

// RFC 9112 §3.2. A connect request has authority form.
enum class TargetForm : std::uint8_t { origin, absolute, authority, asterisk };

struct RequestHead {
  std::string_view line;  // as received: "GET /path HTTP/1.1"
  Method method = Method::other;
  std::string_view method_text;
  std::string_view target;  // as received
  TargetForm target_form = TargetForm::origin;
  // Begins with '/', or is "*". For an absolute target without path "/", or "*" with OPTIONS. Empty
  // for the authority form.
  std::string_view path;
  std::string_view query;  // behind '?', without it
  std::string_view
      authority;          // host[:port]: of an absolute target, else of Host; may be empty in 1.0
  int version_minor = 1;  // HTTP/1.0 or 1.1
  std::vector<Field> fields;  // in the order received
  BodyFraming body;
  std::uint32_t size = 0;  // bytes received
  bool keep_alive = true;  // the peer lets the connection be used again (RFC 9112 §9.3)
  bool expects_continue = false;
  std::string_view upgrade;  // value of Upgrade if Connection names it (RFC 9110 §7.8); else empty

  // The path with its query, as sent in origin form.
  std::string_view path_and_query() const {
    return query.data() == nullptr ? path
                                   : std::string_view(path.data(), path.size() + 1 + query.size());
  }
};

struct ResponseHead {
  int version_minor = 1;
  unsigned status = 0;
  std::string_view reason;  // may be empty
  std::vector<Field> fields;
  BodyFraming body;  // for the request it answers: none for HEAD, 1xx, 204, 304
  bool keep_alive = true;
  std::string_view upgrade;  // of a 101
};

// The first field of that id, or null.
inline const Field* find_field(const std::vector<Field>& fields, FieldId id) {
  for (const Field& field : fields) {
    if (field.id == id) return &field;
  }
  return nullptr;
}

}  // namespace stickler::http
