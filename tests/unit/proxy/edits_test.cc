// SPDX-License-Identifier: MIT
// Heads as the other side gets them.
#include <gtest/gtest.h>

#include "backend/test_backend.h"
#include "config/error_pages.h"
#include "http/heads.h"
#include "proxy/local_reply.h"
#include "proxy/request_edits.h"
#include "proxy/response_edits.h"

namespace stickler::proxy {
namespace {

using http::testing::head_of;
using http::testing::Lines;

class RequestEdits : public testing::Test {
 protected:
  RequestEdits() {
    listener_.name = "web";
    facts_.client = "10.0.0.9";
    backend_settings_.cookie.emplace().name = "S";
  }
  // What the server gets.
  std::string edited(Lines lines, balance::CookieState cookie = balance::CookieState::none) {
    ListenerRules rules(listener_, 0, *balance::Routes::compile({}));
    backend::Backend backend(backend_settings_);
    facts_.listener = &rules;
    bytes_ = head_of(lines);
    http::RequestParser parser({});
    EXPECT_EQ(parser.parse(bytes_), http::ParseStatus::complete) << bytes_;
    FieldList fields;
    const RequestContext context{facts_, nullptr, backend,    backend.server(0),
                                 cookie, false,   request_id_};
    edit_request(parser.head(), context, fields);
    std::string out(request_size(parser.head(), fields), '\0');
    http::HeadWriter writer(out.data(), out.size());
    write_request(parser.head(), fields, writer);
    EXPECT_TRUE(writer.ok());
    return std::string(writer.written());
  }
  // Without X-Forwarded-*.
  void forward_nothing() { listener_.forwarded = {config::Forwarded::For::off, false, false, {}}; }

  config::Listener listener_;
  config::Backend backend_settings_ = backend::test::settings_of(1);
  ConnectionFacts facts_;
  std::string request_id_;  // "" : none is given
  std::string bytes_;
};

TEST_F(RequestEdits, KeepOrderAndBytesOfOtherFields) {
  forward_nothing();
  Lines lines = {"PUT /a?b=%20 HTTP/1.1", "X-one:  a , b", "Host: h:80", "x-ONE: c", "Z:"};
  EXPECT_EQ(edited(lines),
            head_of({"PUT /a?b=%20 HTTP/1.1", "X-one: a , b", "Host: h:80", "x-ONE: c", "Z: "}));
}

TEST_F(RequestEdits, DropWhatEndsAtThisHop) {
  forward_nothing();
  EXPECT_EQ(edited({"GET / HTTP/1.1", "Host: h", "Connection: X-Mine, close", "X-Mine: 1",
                    "Keep-Alive: 5", "Proxy-Connection: x", "TE: trailers", "Upgrade: x"}),
            head_of({"GET / HTTP/1.1", "Host: h"}));
}

TEST_F(RequestEdits, SayWhoTheClientIs) {
  EXPECT_EQ(edited({"GET / HTTP/1.1", "Host: h"}),
            head_of({"GET / HTTP/1.1", "Host: h", "X-Forwarded-For: 10.0.0.9",
                     "X-Forwarded-Proto: http", "X-Forwarded-Host: h"}));
}

TEST_F(RequestEdits, BelieveNobodyButTrustedProxies) {
  Lines lines = {"GET / HTTP/1.1", "Host: h", "X-Forwarded-For: 1.1.1.1",
                 "X-Forwarded-Proto: https", "X-Forwarded-Host: evil"};
  EXPECT_EQ(edited(lines), head_of({"GET / HTTP/1.1", "Host: h", "X-Forwarded-For: 1.1.1.1",
                                    "X-Forwarded-For: 10.0.0.9", "X-Forwarded-Proto: http",
                                    "X-Forwarded-Host: h"}));
  facts_.trusted = true;
  EXPECT_EQ(edited(lines), head_of({"GET / HTTP/1.1", "Host: h", "X-Forwarded-For: 1.1.1.1",
                                    "X-Forwarded-Proto: https", "X-Forwarded-Host: evil",
                                    "X-Forwarded-For: 10.0.0.9"}));
}

TEST_F(RequestEdits, ReplaceWhatAClientSaysOfItselfIfToldTo) {
  listener_.forwarded = {config::Forwarded::For::replace, false, false, {}};
  EXPECT_EQ(edited({"GET / HTTP/1.1", "Host: h", "X-Forwarded-For: 1.1.1.1"}),
            head_of({"GET / HTTP/1.1", "Host: h", "X-Forwarded-For: 10.0.0.9"}));
}

TEST_F(RequestEdits, TakeTheSessionCookieOut) {
  forward_nothing();
  EXPECT_EQ(edited({"GET / HTTP/1.1", "Host: h", "Cookie: a=b; S=s1; c=d", "Cookie: S=s1"},
                   balance::CookieState::valid),
            head_of({"GET / HTTP/1.1", "Host: h", "Cookie: a=b; c=d"}));
}

TEST_F(RequestEdits, WriteOriginFormWithTheTargetsHost) {
  forward_nothing();
  EXPECT_EQ(edited({"GET http://h/a?b HTTP/1.1", "Host: h"}),
            head_of({"GET /a?b HTTP/1.1", "Host: h"}));
  EXPECT_EQ(edited({"OPTIONS * HTTP/1.1", "Host: h"}), head_of({"OPTIONS * HTTP/1.1", "Host: h"}));
}

TEST_F(RequestEdits, GiveOldClientsAHost) {
  forward_nothing();
  EXPECT_EQ(edited({"GET / HTTP/1.0"}), head_of({"GET / HTTP/1.1", "Host: web"}));
}

TEST_F(RequestEdits, FrameChunkedBodiesAnewAndKeepLengths) {
  forward_nothing();
  EXPECT_EQ(edited({"POST / HTTP/1.1", "Transfer-Encoding: chunked", "Host: h"}),
            head_of({"POST / HTTP/1.1", "Host: h", "Transfer-Encoding: chunked"}));
  EXPECT_EQ(edited({"POST / HTTP/1.1", "Content-Length: 5", "Host: h"}),
            head_of({"POST / HTTP/1.1", "Content-Length: 5", "Host: h"}));
}

TEST_F(RequestEdits, OfferWebsocketButNotHttp2) {
  forward_nothing();
  for (std::string_view upgrade : {"Upgrade: h2c", "Upgrade: websocket, H2C"}) {
    EXPECT_EQ(edited({"GET / HTTP/1.1", "Host: h", "Connection: Upgrade", upgrade}),
              head_of({"GET / HTTP/1.1", "Host: h"}));
  }
  EXPECT_EQ(edited({"GET / HTTP/1.1", "Connection: x, upgrade", "Upgrade: websocket", "Host: h"}),
            head_of({"GET / HTTP/1.1", "Host: h", "Connection: Upgrade", "Upgrade: websocket"}));
}

TEST_F(RequestEdits, ApplyTheListenersThenTheBackends) {
  forward_nothing();
  listener_.request.set = {{"X", "${listener}"}};
  backend_settings_.request.add = {{"X", "${backend}/${server} for ${client} at ${host}"}};
  EXPECT_EQ(edited({"GET / HTTP/1.1", "Host: h"}),
            head_of({"GET / HTTP/1.1", "Host: h", "X: web", "X: web/s1 for 10.0.0.9 at h"}));
}

TEST_F(RequestEdits, NameTheRequestBehindWhatTheClientSent) {
  request_id_ = "id1";
  listener_.forwarded = {config::Forwarded::For::append, false, false, {}};
  EXPECT_EQ(edited({"GET / HTTP/1.1", "Host: h", "A: b"}),
            head_of({"GET / HTTP/1.1", "Host: h", "A: b", "X-Forwarded-For: 10.0.0.9",
                     "X-Request-ID: id1"}));
}

TEST_F(RequestEdits, ReplaceEveryOtherIdThatCame) {
  forward_nothing();
  request_id_ = "id1";
  for (bool trusted : {false, true}) {
    facts_.trusted = trusted;
    EXPECT_EQ(edited({"GET / HTTP/1.1", "x-request-id: 1", "Host: h", "X-REQUEST-ID: 2"}),
              head_of({"GET / HTTP/1.1", "Host: h", "X-Request-ID: id1"}));
  }
}

TEST_F(RequestEdits, LeaveTheIdOfATrustedProxyAsItStands) {
  forward_nothing();
  request_id_ = "id1";
  Lines lines = {"GET / HTTP/1.1", "x-request-id: id1", "Host: h"};
  EXPECT_EQ(edited(lines), head_of({"GET / HTTP/1.1", "Host: h", "X-Request-ID: id1"}));
  facts_.trusted = true;
  EXPECT_EQ(edited(lines), head_of(lines));
}

TEST_F(RequestEdits, GiveAnIdThatEndedAtThisHopAnew) {
  forward_nothing();
  request_id_ = "id1";
  facts_.trusted = true;
  EXPECT_EQ(edited({"GET / HTTP/1.1", "Host: h", "X-Request-ID: id1", "Connection: X-Request-ID"}),
            head_of({"GET / HTTP/1.1", "Host: h", "X-Request-ID: id1"}));
}

TEST_F(RequestEdits, PassAClientsIdOnWhereNoneAreGiven) {
  forward_nothing();
  Lines lines = {"GET / HTTP/1.1", "Host: h", "X-Request-ID: its", "X-Request-ID: own"};
  EXPECT_EQ(edited(lines), head_of(lines));
}

TEST_F(RequestEdits, KnowTheRequestsIdAsAVariable) {
  forward_nothing();
  request_id_ = "id1";
  listener_.request_id = "X-Trace";
  listener_.request.set = {{"X-Also", "<${request_id}>"}};
  EXPECT_EQ(edited({"GET / HTTP/1.1", "Host: h"}),
            head_of({"GET / HTTP/1.1", "Host: h", "X-Trace: id1", "X-Also: <id1>"}));
}

class ResponseEdits : public testing::Test {
 protected:
  ResponseEdits() { cookie_.name = "S"; }
  // The fields that the client gets, and the flag: "I: A: b|Set-Cookie: …|".
  std::string edited(Lines fields, unsigned status = 200) {
    std::string bytes = "HTTP/1.1 " + std::to_string(status) + " X\r\n" + head_of(fields);
    http::ResponseParser parser({});
    EXPECT_EQ(parser.parse(bytes, http::Method::get), http::ParseStatus::complete);
    SessionContext session{cookie_, presented_, 0, "s1", false, 1'700'000'000};
    FieldList list;
    char flag = edit_response(
        parser.head(),
        {listener_, nullptr, backend_, variables_, has_session_ ? &session : nullptr}, list);
    std::string text = std::string(1, flag) + ": ";
    for (const http::Field& field : list.fields()) {
      text.append(field.name).append(": ").append(field.value).append("|");
    }
    return text;
  }

  config::Listener listener_;
  config::Backend backend_;
  config::Cookie cookie_;
  balance::CookieVerdict presented_;
  Variables variables_;
  bool has_session_ = true;
};

TEST_F(ResponseEdits, GiveANewClientItsCookieBehindAllOtherFields) {
  listener_.response.set = {{"A", "b"}};
  EXPECT_EQ(edited({"X: y"}), "I: X: y|A: b|Set-Cookie: S=s1; path=/|");
}

TEST_F(ResponseEdits, GiveASessionNoCookieUntilItIsDue) {
  presented_ = {balance::CookieState::valid, 0, {}, {}, {}};
  EXPECT_EQ(edited({}), "N: ");
  presented_.last = 1'600'000'000;
  EXPECT_EQ(edited({}), "U: Set-Cookie: S=s1; path=/|");
}

TEST_F(ResponseEdits, GiveAMovedSessionItsNewServer) {
  presented_ = {balance::CookieState::valid, 1, {}, {}, {}};
  EXPECT_EQ(edited({}), "I: Set-Cookie: S=s1; path=/|");
}

TEST_F(ResponseEdits, LeaveTheSessionAloneWhereThereIsNone) {
  has_session_ = false;
  EXPECT_EQ(edited({"Set-Cookie: S=its-own"}), "-: Set-Cookie: S=its-own|");
}

TEST_F(ResponseEdits, TakeOutAServersOwnCookieOfThatName) {
  presented_ = {balance::CookieState::valid, 0, {}, {}, {}};
  EXPECT_EQ(edited({"Set-Cookie: S=x", "Set-Cookie: SS=y"}), "D: Set-Cookie: SS=y|");
  cookie_.preserve = true;
  EXPECT_EQ(edited({"Set-Cookie: S=x"}), "P: Set-Cookie: S=x|");
}

TEST_F(ResponseEdits, MakeACacheableAnswerPrivateWhenItCarriesACookie) {
  cookie_.nocache = true;
  EXPECT_EQ(edited({"Cache-Control: max-age=5"}),
            "I: Cache-Control: max-age=5|Set-Cookie: S=s1; path=/|Cache-Control: private|");
  EXPECT_EQ(edited({"Cache-Control: private, max-age=5"}),
            "I: Cache-Control: private, max-age=5|Set-Cookie: S=s1; path=/|");
}

TEST_F(ResponseEdits, DropWhatEndsAtThisHop) {
  has_session_ = false;
  EXPECT_EQ(edited({"Connection: X-Its, close", "X-Its: 1", "Keep-Alive: 5",
                    "Transfer-Encoding: chunked", "Trailer: T", "A: b"}),
            "-: A: b|");
}

TEST_F(ResponseEdits, DropALengthOnlyWhereNoBodyCanBe) {
  has_session_ = false;
  EXPECT_EQ(edited({"Content-Length: 5"}, 304), "-: Content-Length: 5|");
  EXPECT_EQ(edited({"Content-Length: 0"}, 204), "-: ");
}

class Redirects : public testing::Test {
 protected:
  // "302 https://…", or "nowhere".
  std::string location(Lines lines, bool tls = false) {
    std::string bytes = head_of(lines);
    http::RequestParser parser({});
    EXPECT_EQ(parser.parse(bytes), http::ParseStatus::complete);
    std::optional<LocalReply> reply = redirect_reply(redirect_, parser.head(), tls);
    return reply ? std::to_string(reply->status) + " " + reply->location : "nowhere";
  }
  config::Redirect redirect_;
};

TEST_F(Redirects, KeepHostPathAndQuery) {
  redirect_.scheme = "https";
  EXPECT_EQ(location({"GET /a/b?x=1&y=%20 HTTP/1.1", "Host: h"}), "302 https://h/a/b?x=1&y=%20");
  EXPECT_EQ(location({"GET //evil/x HTTP/1.1", "Host: h"}), "302 https://h//evil/x");
  EXPECT_EQ(location({"GET http://h/x HTTP/1.1", "Host: h"}), "302 https://h/x");
  EXPECT_EQ(location({"OPTIONS * HTTP/1.1", "Host: h"}), "302 https://h/");
}

TEST_F(Redirects, DropThePortOfTheOtherScheme) {
  redirect_.scheme = "https";
  EXPECT_EQ(location({"GET / HTTP/1.1", "Host: h:8080"}), "302 https://h/");
  EXPECT_EQ(location({"GET / HTTP/1.1", "Host: [::1]:8080"}), "302 https://[::1]/");
  EXPECT_EQ(location({"GET / HTTP/1.1", "Host: [::1]"}), "302 https://[::1]/");
  redirect_.port = 8443;
  EXPECT_EQ(location({"GET / HTTP/1.1", "Host: h"}), "302 https://h:8443/");
}

TEST_F(Redirects, KeepTheSchemeUnlessToldOtherwise) {
  redirect_.host = "other";
  redirect_.path = "/there";
  redirect_.code = 308;
  EXPECT_EQ(location({"GET /x HTTP/1.1", "Host: h"}, true), "308 https://other/there");
  EXPECT_EQ(location({"GET /x HTTP/1.1", "Host: h"}, false), "308 http://other/there");
}

TEST_F(Redirects, LeadNowhereWithoutAHost) {
  EXPECT_EQ(location({"GET / HTTP/1.0"}), "nowhere");
  redirect_.host = "other";
  EXPECT_EQ(location({"GET / HTTP/1.0"}), "302 http://other/");
}

TEST_F(Redirects, ArePermanentOrNotToBeRemembered) {
  for (unsigned code : {301U, 302U, 303U, 307U, 308U}) {
    redirect_.code = code;
    http::RequestHead head;
    head.authority = "h";
    head.path = "/";
    EXPECT_EQ(redirect_reply(redirect_, head, false)->no_cache, code != 301 && code != 308);
  }
}

TEST(ErrorReply, AsksToComeAgainWhereThatMayHelp) {
  for (unsigned status : config::kErrorStatuses) {
    LocalReply reply = error_reply(status, true);
    EXPECT_EQ(reply.status, status);
    EXPECT_TRUE(reply.error_page);
    EXPECT_EQ(reply.retry_later, status == 503);
  }
}

}  // namespace
}  // namespace stickler::proxy
