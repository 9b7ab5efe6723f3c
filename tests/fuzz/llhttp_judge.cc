// SPDX-License-Identifier: MIT
#include "llhttp_judge.h"

#include "llhttp.h"
#include "reading.h"

namespace stickler::http::testing {
namespace {

constexpr int kGoOn = 0;
constexpr int kSkipBody = 1;
constexpr int kSkipBodyForTunnel = 2;

// llhttp with what its callbacks tell. It is fed the head and the rest apart, so that it shows
// whether it sees the head end at the same byte.
class Llhttp {
 public:
  Llhttp(llhttp_type_t type, Method request) : request_(request) {
    llhttp_settings_init(&settings_);
    settings_.on_headers_complete = [](llhttp_t* parser) { return of(parser).on_head(); };
    settings_.on_body = [](llhttp_t* parser, const char* at, std::size_t size) {
      of(parser).reading.payload.append(at, size);
      return 0;
    };
    settings_.on_message_complete = [](llhttp_t* parser) { return of(parser).on_message(); };
    llhttp_init(&parser_, type, &settings_);
    parser_.data = this;
    reading.accepted = true;
  }

  void read(std::string_view bytes, std::size_t head_size) {
    feed(bytes.substr(0, head_size - 1));
    if (head_complete_ || !reading.accepted) return;
    feed(bytes.substr(head_size - 1, 1));
    if (!head_complete_) return;
    reading.head_size = head_size;
    const std::string_view rest = bytes.substr(head_size);
    if (!reading.complete) feed(rest);
    // A body until the end of the connection is complete only then.
    if (reading.accepted && !reading.complete && llhttp_message_needs_eof(&parser_)) {
      llhttp_finish(&parser_);
      end_ = rest.data() + rest.size();
    }
    reading.size = static_cast<std::size_t>(end_ - bytes.data());
  }

  std::string error() const {
    return std::string(llhttp_errno_name(llhttp_get_errno(&parser_))) + " " + parser_.reason;
  }

  // llhttp 8 knows no quoted pair, and no further extension behind one with a value. That is no
  // matter: extensions are not forwarded.
  bool stumbled_over_extension(std::string_view bytes) const {
    if (reading.accepted || !head_complete_) return false;
    const std::string_view read = bytes.substr(0, static_cast<std::size_t>(end_ - bytes.data()));
    return read.substr(read.rfind('\n') + 1).find(';') != read.npos;
  }

  Reading reading;

 private:
  static Llhttp& of(llhttp_t* parser) { return *static_cast<Llhttp*>(parser->data); }

  // llhttp leaves it to its user which answers never have a body.
  int on_head() {
    head_complete_ = true;
    if (parser_.type == HTTP_REQUEST) return kGoOn;
    const int status = parser_.status_code;
    if (request_ == Method::connect && status >= 200 && status < 300) return kSkipBodyForTunnel;
    const bool never = status < 200 || status == 204 || status == 304;
    return never || request_ == Method::head ? kSkipBody : kGoOn;
  }

  int on_message() {
    reading.complete = true;
    reading.keep_alive = llhttp_should_keep_alive(&parser_) != 0;
    return HPE_PAUSED;
  }

  void feed(std::string_view bytes) {
    const llhttp_errno_t error = llhttp_execute(&parser_, bytes.data(), bytes.size());
    reading.accepted = error == HPE_OK || error == HPE_PAUSED || error == HPE_PAUSED_UPGRADE;
    end_ = error == HPE_OK ? bytes.data() + bytes.size() : llhttp_get_error_pos(&parser_);
  }

  Method request_;
  llhttp_settings_t settings_;
  llhttp_t parser_;
  bool head_complete_ = false;
  const char* end_ = nullptr;
};

bool is_method_of_llhttp(std::string_view text) {
#define HTTP_METHOD_GEN(NUM, NAME, STRING) \
  if (text == #STRING) return true;
  HTTP_METHOD_MAP(HTTP_METHOD_GEN)
#undef HTTP_METHOD_GEN
  return false;
}

// In the fields it looks into, llhttp takes a tab for a part of the value; for RFC 9110 §5.6.3 it
// is white space. Before the line's end it is not forwarded.
bool has_tab_llhttp_minds(const std::vector<Field>& fields) {
  for (const Field& field : fields) {
    const bool read_by_llhttp = field.id == FieldId::content_length ||
                                field.id == FieldId::transfer_encoding ||
                                field.id == FieldId::connection;
    const char* at = field.value.data();
    while (read_by_llhttp && *at != '\r') {
      if (*at++ == '\t') return true;
    }
  }
  return false;
}

std::string difference(const Reading& ours, const Reading& theirs) {
  if (ours.head_size != theirs.head_size) return "head ends elsewhere";
  if (ours.payload != theirs.payload) return "another payload: " + theirs.payload;
  if (ours.complete != theirs.complete) return "message complete for one only";
  if (!ours.complete) return "";
  if (ours.size != theirs.size) return "message ends elsewhere";
  return "";
}

// llhttp obeys Proxy-Connection too, and in 1.0 lets keep-alive win over close.
bool may_differ_in_keep_alive(const std::vector<Field>& fields, const Reading& ours) {
  return find_field(fields, FieldId::proxy_connection) != nullptr ||
         (ours.version_minor == 0 && !ours.keep_alive);
}

template <typename Parser>
Judgement judge(std::string_view bytes, ParseStatus status, Parser& parser, Llhttp& llhttp) {
  const Reading ours = reading_of(bytes, parser, status);
  if (!ours.accepted) return {Agreement::refused_by_us, ""};
  if (has_tab_llhttp_minds(parser.head().fields)) return {};
  llhttp.read(bytes, ours.head_size);
  if (llhttp.stumbled_over_extension(bytes)) return {};
  const Reading& theirs = llhttp.reading;
  if (!theirs.accepted && !ours.complete) return {};  // we may refuse it a few bytes later
  if (!theirs.accepted) return {Agreement::disagreed, "llhttp refuses it: " + llhttp.error()};
  std::string objection = difference(ours, theirs);
  if (objection.empty() && ours.complete && ours.keep_alive != theirs.keep_alive &&
      !may_differ_in_keep_alive(parser.head().fields, ours)) {
    objection = "another keep-alive";
  }
  return {objection.empty() ? Agreement::agreed : Agreement::disagreed, objection};
}

}  // namespace

Judgement judge_request(std::string_view bytes) {
  RequestParser parser{HeadLimits{}};
  const ParseStatus status = parser.parse(bytes);
  const bool complete = status == ParseStatus::complete;
  if (complete && !is_method_of_llhttp(parser.head().method_text)) return {};
  Llhttp llhttp(HTTP_REQUEST, parser.head().method);
  return judge(bytes, status, parser, llhttp);
}

Judgement judge_response(std::string_view bytes, Method request) {
  ResponseParser parser{HeadLimits{}};
  const ParseStatus status = parser.parse(bytes, request);
  Llhttp llhttp(HTTP_RESPONSE, request);
  return judge(bytes, status, parser, llhttp);
}

}  // namespace stickler::http::testing
