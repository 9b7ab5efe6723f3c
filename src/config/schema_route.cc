// SPDX-License-Identifier: MIT
// Rows of a route: what must fit, and what then happens.
#include "config/schema_rows.h"

namespace stickler::config {
namespace {

constexpr Setting kAnswerRows[] = {
    integer<&Answer::status>("status", "The status of the answer.")
        .between(200, 599)
        .called("return status"),
    text<&Answer::body>("body", "Its body.").of_many_lines().called("return string"),
    text<&Answer::content_type>("content_type", "Its Content-Type.").called("return content-type"),
    named_texts<&Answer::fields>("set", "Further fields.")
        .like("may hold ${variables}", check_field_template)
        .with_names(check_edited_field)
        .called("return hdr"),
};

constinit const Section kAnswerSection{"A fixed answer.", kAnswerRows, defaults_of<Answer>};

constexpr Setting kRouteRows[] = {
    texts<&Route::hosts>("host", "The host of the request, any case, without port.")
        .like("host or *.domain", check_host_pattern)
        .called("acl … hdr(host)"),
    texts<&Route::paths>("path", "The whole path.").like("/path", check_path).called("acl … path"),
    texts<&Route::path_prefixes>("path_prefix", "The beginning of the path.")
        .like("/path", check_path)
        .called("acl … path_beg"),
    text<&Route::path_regex>("path_regex", "A pattern for the whole path.")
        .like("RE2 regular expression", check_regex)
        .called("acl … path_reg"),
    texts<&Route::methods>("method", "The method.")
        .like("method", check_method)
        .called("acl … method"),
    named_texts<&Route::fields>("field", "Fields of the request and their values; \"\": any value.")
        .with_names(check_field_name)
        .called("acl … hdr(NAME)"),
    group<&Route::redirect>("redirect", kRedirectSection, "Sends the client to another address.")
        .called("http-request redirect"),
    group<&Route::answer>("answer", kAnswerSection, "Answers without asking any server.")
        .called("http-request return"),
    text<&Route::backend>("backend", "Another backend than the listener's.").called("use_backend"),
    text<&Route::server>("server",
                         "Pins the request to this server of the backend. Decided before "
                         "the session cookie, which stays as it is.")
        .called("use-server"),
    boolean<&Route::strict>(
        "strict", "While the pinned server is unusable: true answers 503, false takes another."),
    size<&Route::max_body>("max_body", "The largest request body; beyond, 413.")
        .between(1, kTerabyte)
        .or_off()
        .by_default("the listener's"),
    group<&Route::request>("request", kEditsSection,
                           "Edits of the request's head, after the listener's."),
    group<&Route::response>("response", kEditsSection, "Edits of the response's head."),
};

}  // namespace

constinit const Section kRouteSection{
    "An exception from the listener's backend. All conditions that are given must fit; of several "
    "values for one condition, any. Routes are tried in the order of the file.",
    kRouteRows, defaults_of<Route>};

}  // namespace stickler::config
