// SPDX-License-Identifier: MIT
#include "cluster/etcd_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace stickler::cluster {
namespace {

using How = EtcdCompare::How;
using Json = nlohmann::json;
using Kind = EtcdFailure::Kind;
using What = EtcdCompare::What;

const std::string kHeader = R"("header":{"cluster_id":"15118495548433857066","revision":"3"})";

void expect_json(const std::string& text, const char* wanted) {
  EXPECT_EQ(Json::parse(text), Json::parse(wanted));
}

// ---- Requests ----

TEST(EtcdText, AsksForAKeyOrForAllBelowAPrefix) {
  expect_json(range_request("a"), R"({"key":"YQ=="})");
  expect_json(prefix_request("a/"), R"({"key":"YS8=","range_end":"YTA="})");
  expect_json(prefix_request("a\xff\xff"), R"({"key":"Yf//","range_end":"Yg=="})");
  expect_json(prefix_request(""), R"({"key":"AA==","range_end":"AA=="})");
  expect_json(prefix_request("\xff"), R"({"key":"/w==","range_end":"AA=="})");
}

TEST(EtcdText, CommitsWritesUnderConditions) {
  const std::vector<EtcdCompare> conditions{{"a", What::create_revision, How::equal, 0},
                                            {"b", What::mod_revision, How::greater, 7}};
  const std::vector<EtcdWrite> writes{{"a", "1", 99}, {"b", ""}, {"c", std::nullopt}};
  expect_json(commit_request(conditions, writes), R"({
    "compare": [
      {"key":"YQ==","target":"CREATE","result":"EQUAL","create_revision":"0"},
      {"key":"Yg==","target":"MOD","result":"GREATER","mod_revision":"7"}],
    "success": [
      {"request_put":{"key":"YQ==","value":"MQ==","lease":"99"}},
      {"request_put":{"key":"Yg==","value":""}},
      {"request_delete_range":{"key":"Yw=="}}]})");
  expect_json(commit_request({}, {}), R"({"compare":[],"success":[]})");
}

TEST(EtcdText, LeasesLastWholeSeconds) {
  expect_json(grant_request(std::chrono::milliseconds(1500)), R"({"TTL":"2"})");
  expect_json(grant_request(Duration(0)), R"({"TTL":"1"})");
  expect_json(lease_request(4111120337869239048), R"({"ID":"4111120337869239048"})");
}

TEST(EtcdText, WatchesFromARevisionOrFromNow) {
  expect_json(watch_request("a", 5),
              R"({"create_request":{"key":"YQ==","range_end":"Yg==","start_revision":"5"}})");
  expect_json(watch_request("a", 0), R"({"create_request":{"key":"YQ==","range_end":"Yg=="}})");
}

TEST(EtcdText, APasswordMayBeAnything) {
  expect_json(login_request("root", "a\"\\\n"), R"({"name":"root","password":"a\"\\\n"})");
  EXPECT_NE(login_request("root", "\xff\xfe"), "");
}

// ---- Answers ----

TEST(EtcdText, ReadsKeys) {
  const auto reading = read_range_answer(
      "{" + kHeader + R"(,"kvs":[{"key":"YQ==","create_revision":"2","mod_revision":3,
      "version":"1","value":"MQ==","lease":"9223372036854775807"},{"key":"Yg=="}],"count":"2"})");
  ASSERT_TRUE(reading.ok()) << reading.error();
  EXPECT_EQ(reading->header.cluster_id, 15118495548433857066U);
  EXPECT_EQ(reading->header.revision, 3);
  EXPECT_EQ(reading->header.raft_term, 0U);
  ASSERT_EQ(reading->keys.size(), 2U);
  EXPECT_EQ(reading->keys[0].key, "a");
  EXPECT_EQ(reading->keys[0].value, "1");
  EXPECT_EQ(reading->keys[0].create_revision, 2);
  EXPECT_EQ(reading->keys[0].mod_revision, 3);
  EXPECT_EQ(reading->keys[0].lease, 9223372036854775807);
  EXPECT_EQ(reading->keys[1].value, "");
  EXPECT_TRUE(read_range_answer("{" + kHeader + "}")->keys.empty());
}

TEST(EtcdText, WhatIsAbsentIsZeroOrFalse) {
  EXPECT_FALSE(read_commit_answer("{" + kHeader + "}")->succeeded);
  EXPECT_TRUE(read_commit_answer("{" + kHeader + R"(,"succeeded":true})")->succeeded);
  EXPECT_TRUE(*read_keep_alive_answer(R"({"result":{)" + kHeader + R"(,"ID":"1","TTL":"5"}})"));
  EXPECT_FALSE(*read_keep_alive_answer(R"({"result":{)" + kHeader + R"(,"ID":"1"}})"));
  EXPECT_EQ(*read_grant_answer("{" + kHeader + R"(,"ID":"77","TTL":"90"})"), 77);
  EXPECT_EQ(*read_login_answer("{" + kHeader + R"(,"token":"abc.1"})"), "abc.1");
}

TEST(EtcdText, RefusesWhatIsNotEtcds) {
  const std::string deep = std::string(100'000, '[');
  const std::string deep_object = R"({"header":{"a":)" + deep + std::string(100'000, ']') + "}}";
  for (const std::string& text :
       {std::string(), std::string("null"), std::string("[]"), std::string("{}"),
        std::string("{\"header\""), std::string("\xff{}"), deep, deep_object,
        R"({"header":[]})" + kHeader, std::string(R"({"header":{"revision":"x"}})"),
        std::string(R"({"header":{"revision":"99999999999999999999"}})"),
        std::string(R"({"header":{"revision":1.5}})"),
        std::string(R"({"header":{"revision":9223372036854775808}})"),
        std::string(R"({"header":{"cluster_id":-1}})")}) {
    EXPECT_FALSE(read_range_answer(text).ok()) << text.substr(0, 50);
    EXPECT_FALSE(read_commit_answer(text).ok()) << text.substr(0, 50);
    EXPECT_FALSE(read_grant_answer(text).ok()) << text.substr(0, 50);
    EXPECT_FALSE(read_keep_alive_answer(text).ok()) << text.substr(0, 50);
    EXPECT_FALSE(read_login_answer(text).ok()) << text.substr(0, 50);
    EXPECT_FALSE(read_watch_line(text).ok()) << text.substr(0, 50);
    EXPECT_NE(read_refusal(text).message, "");
  }
}

TEST(EtcdText, RefusesKeysThatAreNone) {
  for (const char* kvs :
       {R"([1])", R"([{}])", R"([{"key":1}])", R"([{"key":"Y"}])", R"({"key":"YQ=="})", R"("x")",
        R"([{"key":"YQ==","value":"%"}])", R"([{"key":"YQ==","lease":"1 "}])"}) {
    EXPECT_FALSE(read_range_answer("{" + kHeader + R"(,"count":"1","kvs":)" + kvs + "}").ok())
        << kvs;
  }
  // Keys are missing.
  EXPECT_FALSE(read_range_answer("{" + kHeader + R"(,"count":"1"})").ok());
  EXPECT_FALSE(read_commit_answer("{" + kHeader + R"(,"succeeded":"true"})").ok());
}

TEST(EtcdText, ATokenCannotBreakOutOfItsField) {
  for (const char* token : {R"("a\r\nX: y")", R"("a b")", R"("")", "1", R"("\u00e4")"}) {
    EXPECT_FALSE(read_login_answer(std::string(R"({"token":)") + token + "}").ok()) << token;
  }
}

// ---- Watches ----

TEST(EtcdText, ReadsEvents) {
  const auto line = read_watch_line(R"({"result":{)" + kHeader + R"(,"events":[
    {"kv":{"key":"YQ==","create_revision":"2","mod_revision":"2","version":"1","value":"MQ=="}},
    {"type":"DELETE","kv":{"key":"Yg==","mod_revision":"3"}}]}})");
  ASSERT_TRUE(line.ok()) << line.error();
  EXPECT_FALSE(line->cancelled);
  EXPECT_FALSE(line->batch.created);
  ASSERT_EQ(line->batch.events.size(), 2U);
  EXPECT_FALSE(line->batch.events[0].deleted);
  EXPECT_EQ(line->batch.events[0].key.value, "1");
  EXPECT_TRUE(line->batch.events[1].deleted);
  EXPECT_EQ(line->batch.events[1].key.key, "b");
  EXPECT_EQ(line->batch.events[1].key.mod_revision, 3);
}

TEST(EtcdText, ReadsHowAWatchBeginsAndEnds) {
  const std::string begin = R"({"result":{)" + kHeader;
  EXPECT_TRUE(read_watch_line(begin + R"(,"created":true}})")->batch.created);
  const auto compacted = read_watch_line(begin + R"(,"canceled":true,"compact_revision":"5"}})");
  EXPECT_FALSE(compacted->cancelled);
  EXPECT_EQ(compacted->batch.compacted, 5);
  const auto refused = read_watch_line(
      begin + R"(,"created":true,"canceled":true,"cancel_reason":)"
              R"("rpc error: code = Unauthenticated desc = etcdserver: invalid auth token"}})");
  EXPECT_TRUE(refused->cancelled);
  EXPECT_EQ(refused->refusal.code, grpc::kUnauthenticated);
  EXPECT_EQ(refused->refusal.message, "etcdserver: invalid auth token");
  const auto silently = read_watch_line(begin + R"(,"canceled":true}})");
  EXPECT_TRUE(silently->cancelled);
  EXPECT_EQ(silently->refusal.message, "the watch was cancelled");
}

TEST(EtcdText, AStreamMayEndInAnError) {
  const auto line = read_watch_line(
      R"({"error":{"grpc_code":14,"http_code":503,"message":"etcdserver: no leader"}})");
  EXPECT_TRUE(line->cancelled);
  EXPECT_EQ(line->refusal.code, grpc::kUnavailable);
  EXPECT_EQ(line->refusal.message, "etcdserver: no leader");
}

TEST(EtcdText, RefusesEventsThatAreNone) {
  for (const char* events : {R"([{}])", R"([{"type":"PUT"}])", R"({})", R"([null])",
                             R"([{"type":"MOVE","kv":{"key":"YQ=="}}])"}) {
    EXPECT_FALSE(read_watch_line(R"({"result":{)" + kHeader + R"(,"events":)" + events + "}}").ok())
        << events;
  }
}

// ---- Refusals ----

TEST(EtcdText, ReadsWhyItIsRefused) {
  EtcdRefusal refusal = read_refusal(R"({"error":"no","message":"etcdserver: no","code":5})");
  EXPECT_EQ(refusal.code, 5);
  EXPECT_EQ(refusal.message, "etcdserver: no");
  EXPECT_EQ(read_refusal(R"({"error":"etcdserver: old"})").message, "etcdserver: old");
  EXPECT_EQ(read_refusal("<html>\n").message, "an answer that is not etcd's: '<html>?'");
  EXPECT_EQ(read_refusal(R"({"code":13})").code, 13);
}

struct Case {
  unsigned status;
  EtcdRefusal refusal;
  Kind kind;
  bool elsewhere;
  bool maybe_done;
  bool log_in = false;
};

TEST(EtcdTrouble, FollowsFromWhatEtcdSays) {
  const Case kCases[] = {
      {401, {16, "etcdserver: invalid auth token"}, Kind::refused, false, false, true},
      {400, {3, "etcdserver: user name is empty"}, Kind::refused, false, false, true},
      {400,
       {3, "etcdserver: authentication failed, invalid user ID or password"},
       Kind::refused,
       false,
       false},
      {403, {7, "etcdserver: permission denied"}, Kind::refused, false, false},
      {404, {5, "etcdserver: requested lease not found"}, Kind::rejected, false, false},
      {503, {14, "etcdserver: no leader"}, Kind::unreachable, true, false},
      {503,
       {14, "etcdserver: request timed out, possibly due to previous leader failure"},
       Kind::timed_out,
       true,
       true},
      {503, {14, "transport is closing"}, Kind::unreachable, true, true},
      {500, {2, "context deadline exceeded"}, Kind::timed_out, true, true},
      {429, {8, "etcdserver: too many requests"}, Kind::rejected, true, false},
      {429, {8, "etcdserver: mvcc: database space exceeded"}, Kind::rejected, false, false},
      {502, {0, "an answer that is not etcd's"}, Kind::unreachable, true, true},
      {404, {0, "an answer that is not etcd's"}, Kind::bad_answer, false, false}};
  for (const Case& each : kCases) {
    const EtcdTrouble trouble = trouble_of(each.status, each.refusal);
    EXPECT_EQ(trouble.kind, each.kind) << each.refusal.message;
    EXPECT_EQ(trouble.elsewhere, each.elsewhere) << each.refusal.message;
    EXPECT_EQ(trouble.maybe_done, each.maybe_done) << each.refusal.message;
    EXPECT_EQ(trouble.log_in, each.log_in) << each.refusal.message;
    EXPECT_EQ(trouble.text, each.refusal.message);
  }
}

}  // namespace
}  // namespace stickler::cluster
