// SPDX-License-Identifier: MIT
// Rows of stick tables, and of what a backend does with one.
#include "config/schema_rows.h"

namespace stickler::config {
namespace {

using namespace std::chrono_literals;

// ---- key ----

template <KeySource::Kind Kind>
void add_sources(void* rule, const Value& value) {
  auto& sources = static_cast<KeyRule*>(rule)->sources;
  for (const std::string& text : std::get<std::vector<std::string>>(value)) {
    sources.push_back({Kind, text});
  }
}

// Either of the two makes the address a key; it is there only once.
void add_client(KeyRule& rule) {
  for (const KeySource& source : rule.sources) {
    if (source.kind == KeySource::Kind::client) return;
  }
  rule.sources.push_back({KeySource::Kind::client, ""});
}
void store_client(void* rule, const Value& value) {
  auto& target = *static_cast<KeyRule*>(rule);
  target.client_bits = static_cast<unsigned>(std::get<std::int64_t>(value));
  add_client(target);
}
void store_client6(void* rule, const Value& value) {
  auto& target = *static_cast<KeyRule*>(rule);
  target.client6_bits = static_cast<unsigned>(std::get<std::int64_t>(value));
  add_client(target);
}
void store_sni(void* rule, const Value& value) {
  if (!std::get<bool>(value)) return;
  static_cast<KeyRule*>(rule)->sources.push_back({KeySource::Kind::sni, ""});
}

void store_tls_session(void* rule, const Value& value) {
  if (!std::get<bool>(value)) return;
  static_cast<KeyRule*>(rule)->sources.push_back({KeySource::Kind::tls_session, ""});
}

constexpr Setting kKeyRows[] = {
    special(Form::texts, "path", add_sources<KeySource::Kind::path>,
            "A regular expression from the path's beginning; its group is the key, or all of it.")
        .like("RE2 expression", check_key_regex)
        .called("path,regsub"),
    special(Form::texts, "query", add_sources<KeySource::Kind::query>,
            "A parameter of the query; its value is decoded.")
        .like("parameter", check_parameter_name)
        .called("url_param()"),
    special(Form::texts, "field", add_sources<KeySource::Kind::field>, "A field of the request.")
        .like("field name", check_field_name)
        .called("hdr()"),
    special(Form::texts, "cookie", add_sources<KeySource::Kind::cookie>, "A cookie's value.")
        .like("cookie name", check_cookie_name)
        .called("cook()"),
    special(Form::boolean, "sni", store_sni, "The name asked for in the TLS handshake.")
        .by_default("false")
        .called("ssl_fc_sni"),
    special(Form::boolean, "tls_session", store_tls_session,
            "The session's id in TLS 1.2, in hexadecimal; TLS 1.3 has none that lasts.")
        .by_default("false")
        .called("ssl_fc_session_id"),
    special(Form::integer, "client", store_client,
            "The client's address: so many bits of it, 32 for all.")
        .between(1, 32)
        .called("src"),
    special(Form::integer, "client6", store_client6,
            "The same of an IPv6 address; 64 without being told.")
        .between(1, 128),
};

const Section kKeySection{
    "Where a request's key is: in the order of the file, the first that is there.", kKeyRows,
    defaults_of<KeyRule>, true};

// ---- learn ----

constexpr Setting kLearnRows[] = {
    text<&KeyLearned::set_cookie>("set_cookie", "A cookie that the answer sets.")
        .like("cookie name", check_cookie_name)
        .called("stick store-response res.cook()"),
    text<&KeyLearned::field>("field", "A field of the answer.")
        .like("field name", check_field_name)
        .called("stick store-response res.hdr()"),
};

constinit const Section kLearnSection{
    "Keys that servers make: who answers with one has it from then on.", kLearnRows,
    defaults_of<KeyLearned>};

constexpr Setting kStickRows[] = {
    text<&Stick::table>("table", "The table, of the file's `tables`.")
        .called("stick on … table")
        .required("table = \"NAME\";"),
    group<&Stick::key>("key", kKeySection, "Where a request's key is.").called("stick on"),
    group<&Stick::learn>("learn", kLearnSection, "Keys that answers tell.")
        .called("stick store-response"),
};

constexpr Word kSharings[] = {{"redis", static_cast<int>(Table::Sharing::redis)},
                              {"true", static_cast<int>(Table::Sharing::redis)},
                              {"false", static_cast<int>(Table::Sharing::none)}};

constexpr Setting kTableRows[] = {
    integer<&Table::entries>("entries",
                             "Keys at most; then the one that was unused for longest goes.")
        .between(100, 100'000'000)
        .called("stick-table size"),
    duration<&Table::idle>("idle", "A key that nobody has used for so long is forgotten.")
        .between(1s, kDay * 366)
        .or_off()
        .called("stick-table expire"),
    duration<&Table::max_age>("max_age", "And so long after its server was chosen in any case.")
        .between(1s, kDay * 366)
        .or_off(),
    integer<&Table::key_max>("key_max", "Bytes of a key; a longer one is kept as its hash.")
        .between(16, 250)
        .called("stick-table len"),
    boolean<&Table::hashed>("hashed",
                            "Keeps a keyed hash of each key, and nothing that clients have sent."),
    word<&Table::sharing>("shared", kSharings,
                          "Through what several balancers keep the table together; true is the "
                          "same as \"redis\".")
        .called("stick-table … peers"),
};

}  // namespace

const Section kStickSection{
    "Stickiness by something in the request, for clients that keep no cookie, and for what several "
    "clients share.",
    kStickRows, defaults_of<Stick>};
constinit const Section kTableSection{
    "A stick table: which server each key belongs to. Several backends may use one.", kTableRows,
    defaults_of<Table>};

}  // namespace stickler::config
