// SPDX-License-Identifier: MIT
// Rows of a listener: addresses, TLS, redirects, forwarded fields, edits of heads.
#include "config/schema_rows.h"

namespace stickler::config {
namespace {

extern const Section kTlsSection;
extern const Section kForwardedSection;
extern const Section kStatsSection;
extern const Section kMetricsSection;

std::optional<Complaint> check_request_id(std::string_view text) {
  return text == "off" ? std::nullopt : check_edited_field(text);
}

void store_request_id(void* listener, const Value& value) {
  const std::string& text = std::get<std::string>(value);
  static_cast<Listener*>(listener)->request_id = text == "off" ? "" : text;
}

constexpr Row request_id() {
  return special(Form::text, "request_id", store_request_id,
                 "The field in which servers get each request's id; kept if a proxy of "
                 "forwarded.trust sends one.")
      .like("field name or \"off\"", check_request_id)
      .by_default("\"X-Request-ID\"")
      .called("unique-id-header");
}

constexpr Setting kListenerRows[] = {
    texts<&Listener::binds>("bind", "Addresses to listen at; without one, all of both families.")
        .like("[address]:port or unix:/path", check_bind)
        .called("bind")
        .required("bind = \":80\";"),
    group<&Listener::tls>("tls", kTlsSection,
                          "TLS ends here; without this group the listener is plain.")
        .called("bind … ssl"),
    group<&Listener::redirect>("redirect", kRedirectSection,
                               "Sends every request that no route takes to another address.")
        .called("http-request redirect"),
    text<&Listener::backend>("backend", "The backend of every request that no route takes.")
        .called("default_backend"),
    named_groups<&Listener::routes>(
        "routes", kRouteSection, "Exceptions, by host, path, method or field; the first that fits.")
        .called("use_backend, use-server"),
    group<&Listener::forwarded>("forwarded", kForwardedSection,
                                "What servers are told about the client."),
    request_id(),
    group<&Listener::request>("request", kEditsSection, "Edits of each request's head.")
        .called("http-request set-header"),
    group<&Listener::response>("response", kEditsSection,
                               "Edits of each response's head, Stickler's own answers too.")
        .called("http-response set-header"),
    texts<&Listener::error_files>(
        "error_pages",
        "Pages in place of Stickler's own: a folder of files named 503.html, .txt, .json or .http "
        "(a whole answer, as for errorfile), one such file, or a status and any file.")
        .like("[status] /file or /folder", check_error_file)
        .called("errorfile"),
    size<&Listener::max_body>("max_body", "The largest request body; beyond, 413.")
        .between(1, kTerabyte)
        .or_off(),
    size<&Listener::max_head>("max_head", "The largest request head; beyond, 431.")
        .between(kKilobyte, kMegabyte)
        .called("tune.bufsize"),
    size<&Listener::max_target>("max_target", "The longest path with query; beyond, 414.")
        .between(256, kMegabyte),
    integer<&Listener::max_fields>("max_fields", "The most fields of a request head; beyond, 431.")
        .between(10, 10'000)
        .called("tune.http.maxhdr"),
    group<&Listener::timeouts>("timeouts", kTimeoutsSection, "Time limits of this listener."),
    group<&Listener::stats>("stats", kStatsSection,
                            "The statistics page; without it there is none.")
        .called("stats enable"),
    group<&Listener::metrics>("metrics", kMetricsSection,
                              "The same numbers for Prometheus; without it there are none.")
        .called("http-request use-service prometheus-exporter"),
    group<&Listener::cluster_admin>("cluster_admin", kClusterAdminSection,
                                    "Shows a cluster, and takes wishes to rebalance it.")
        .or_just("cluster"),
};

constexpr Word kPresets[] = {{"modern", static_cast<int>(Tls::Preset::modern)},
                             {"intermediate", static_cast<int>(Tls::Preset::intermediate)},
                             {"old", static_cast<int>(Tls::Preset::old)}};

constexpr Setting kTlsRows[] = {
    texts<&Tls::certificates>(
        "certificates", "PEM files with a chain, mostly with its key too, or directories of them.")
        .called("bind … crt")
        .required("certificates = \"/etc/stickler/certs/\";"),
    text<&Tls::key>("key",
                    "The private key, if it is neither in the certificate's file nor beside it."),
    word<&Tls::preset>("preset", kPresets,
                       "Versions and ciphers as Mozilla recommends: modern is TLS 1.3 only, "
                       "intermediate 1.2 and 1.3, old reaches back to 1.0.")
        .called("ssl-default-bind-options"),
    text<&Tls::ciphers>("ciphers", "Ciphers of TLS 1.2 in OpenSSL's form; empty: the preset's.")
        .called("ssl-default-bind-ciphers"),
    boolean<&Tls::strict_sni>(
        "strict_sni", "Refuses names that no certificate bears; else they get the first one.")
        .called("strict-sni"),
    boolean<&Tls::tickets>("tickets", "Resumption of sessions by tickets.")
        .called("no-tls-tickets"),
    integer<&Tls::session_cache>("session_cache", "Sessions kept for resumption by id; 0: none.")
        .between(0, 10'000'000)
        .called("tune.ssl.cachesize"),
};

constexpr Word kForwardedFor[] = {{"append", static_cast<int>(Forwarded::For::append)},
                                  {"replace", static_cast<int>(Forwarded::For::replace)},
                                  {"off", static_cast<int>(Forwarded::For::off)}};

constexpr Setting kForwardedRows[] = {
    word<&Forwarded::client>(
        "for", kForwardedFor,
        "X-Forwarded-For: a line added below the client's own, or in their place.")
        .called("option forwardfor"),
    boolean<&Forwarded::proto>("proto", "Sets X-Forwarded-Proto to http or https."),
    boolean<&Forwarded::host>("host", "Sets X-Forwarded-Host to the Host of the request."),
    texts<&Forwarded::trust>("trust", "Proxies in front, whose forwarded fields are kept.")
        .like("IP address or network", check_network)
        .called("option forwardfor except"),
};

constexpr Row password_file() {
  return text<&Page::password_file>(
             "password_file",
             "A file with a line USER:PASSWORD for each who may see the page; empty: everybody.")
      .like("file", check_file_path)
      .called("stats auth");
}

constexpr Setting kStatsRows[] = {
    text<&Page::uri>("uri", "The path of the page, to the letter.")
        .like("/path", check_path)
        .called("stats uri")
        .required("uri = \"/haproxy\";"),
    password_file(),
    duration<&Page::refresh>("refresh", "How often the page loads itself anew.")
        .between(std::chrono::seconds(1), std::chrono::hours(1))
        .or_off()
        .called("stats refresh"),
};

constexpr Setting kMetricsRows[] = {
    text<&Page::uri>("uri", "The path of the page, to the letter.")
        .like("/path", check_path)
        .required("uri = \"/metrics\";"),
    password_file(),
};

constexpr Word kSchemes[] = {{"http", 0}, {"https", 1}};

void store_scheme(void* redirect, const Value& value) {
  static_cast<Redirect*>(redirect)->scheme = kSchemes[std::get<std::int64_t>(value)].text;
}

constexpr Word kRedirectCodes[] = {
    {"301", 301}, {"302", 302}, {"303", 303}, {"307", 307}, {"308", 308}};

constexpr Row redirect_scheme() {
  Row row =
      special(Form::word, "scheme", store_scheme, "The new scheme; unset: that of the request.");
  row.words = kSchemes;
  return row.called("redirect scheme");
}

constexpr Setting kRedirectRows[] = {
    redirect_scheme(),
    word<&Redirect::code>("code", kRedirectCodes, "The status of the answer.")
        .called("redirect … code"),
    text<&Redirect::host>("host", "The new host; unset: that of the request, without its port.")
        .like("host", check_host),
    integer<&Redirect::port>("port", "The new port; unset: the usual one of the scheme.")
        .between(1, 65535)
        .by_default("the scheme's"),
    text<&Redirect::path>("path", "The new path; unset: path and query of the request.")
        .like("/path", check_path)
        .called("redirect location"),
};

constexpr Setting kEditRows[] = {
    texts<&FieldEdits::remove>("remove", "Fields to take away; happens first.")
        .like("field name", check_edited_field)
        .also("delete")
        .called("del-header"),
    named_texts<&FieldEdits::set>("set", "Fields to set over any of the same name.")
        .like("may hold ${variables}", check_field_template)
        .with_names(check_edited_field)
        .called("set-header"),
    named_texts<&FieldEdits::add>("add", "Fields to add beside any of the same name.")
        .like("may hold ${variables}", check_field_template)
        .with_names(check_edited_field)
        .called("add-header"),
};

const Section kTlsSection{"Certificates and what TLS offers.", kTlsRows, defaults_of<Tls>};
const Section kForwardedSection{"X-Forwarded-For, -Proto and -Host.", kForwardedRows,
                                defaults_of<Forwarded>};
const Section kStatsSection{
    "The statistics page: what happens at listeners and servers. Behind its path, `;csv` and "
    "`;json` "
    "give the same to programs.",
    kStatsRows, defaults_of<Page>};
const Section kMetricsSection{"Numbers for Prometheus.", kMetricsRows, defaults_of<Page>};

}  // namespace

const Section kListenerSection{"One place where clients arrive.", kListenerRows,
                               defaults_of<Listener>};
const Section kRedirectSection{"The answer that sends a client elsewhere.", kRedirectRows,
                               defaults_of<Redirect>};
const Section kEditsSection{
    "Changes to the fields of a head. Values may hold ${client}, ${server}, ${backend}, ${route}, "
    "${listener}, ${scheme}, ${host}, ${tls_version} and ${request_id}.",
    kEditRows, defaults_of<FieldEdits>};

}  // namespace stickler::config
