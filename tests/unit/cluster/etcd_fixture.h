// SPDX-License-Identifier: MIT
// A loop with a client of etcd on it, and short ways to say what a test does there.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backend/http_call.h"
#include "cluster/etcd_client.h"
#include "cluster/etcd_process.h"
#include "cluster/etcd_watch.h"
#include "net/test_loop.h"

namespace stickler::cluster::test {

template <typename T>
using Got = Result<T, EtcdFailure>;

class EtcdFixture : public testing::Test {
 protected:
  void SetUp() override {
    if (!etcd_is_installed()) GTEST_SKIP() << kEtcd << " is not installed";
  }

  // Short enough for tests that wait for it to pass; long enough for a machine that is busy.
  static constexpr Duration kTimeout = std::chrono::seconds(2);

  static EtcdSettings settings(std::vector<std::string> endpoints) {
    EtcdSettings made;
    made.endpoints = std::move(endpoints);
    made.timeout = std::chrono::seconds(10);
    return made;
  }
  EtcdClient& use(const EtcdSettings& with) {
    auto made = EtcdClient::make(with);
    EXPECT_TRUE(made.ok()) << made.error();
    client_ = std::move(*made);
    return *client_;
  }
  EtcdClient& use(std::vector<std::string> endpoints) { return use(settings(endpoints)); }

  template <typename T>
  T value_of(net::Task<Got<T>> task) {
    Got<T> got = loop_.result_of(std::move(task));
    EXPECT_TRUE(got.ok()) << got.error().text;
    return got.ok() ? std::move(*got) : T();
  }
  template <typename T>
  EtcdFailure failure_of(net::Task<Got<T>> task) {
    Got<T> got = loop_.result_of(std::move(task));
    EXPECT_FALSE(got.ok());
    return got.ok() ? EtcdFailure() : std::move(got.error());
  }

  EtcdCommit put(const std::string& key, const std::string& value, std::int64_t lease = 0) {
    return value_of(client_->commit({}, {EtcdWrite{key, value, lease}}));
  }
  // "key=value …" of all below the prefix.
  std::string read(const std::string& prefix) {
    return text_of(value_of(client_->read_prefix(prefix)));
  }
  static std::string text_of(const EtcdReading& reading) {
    std::string text;
    for (const EtcdKey& key : reading.keys) {
      text += (text.empty() ? "" : " ") + key.key + "=" + key.value;
    }
    return text;
  }
  // "created", "compacted", "key=value", "-key" of what was deleted.
  static std::string text_of(const EtcdBatch& batch) {
    std::string text = batch.created ? "created" : batch.compacted > 0 ? "compacted" : "";
    for (const EtcdEvent& event : batch.events) {
      if (!text.empty()) text += " ";
      text += event.deleted ? "-" + event.key.key : event.key.key + "=" + event.key.value;
    }
    return text;
  }
  std::string next(EtcdWatch& watch, Duration limit = net::test::kPlenty) {
    return text_of(value_of(watch.next(limit)));
  }

  // What only an administrator does, with etcd's own names.
  std::string administer(const std::string& url, const std::string& path, const std::string& body,
                         const std::string& token = "") {
    backend::HttpCall call(*config::parse_url(url), nullptr);
    backend::HttpRequest request;
    request.path = path;
    request.body = body;
    if (!token.empty()) request.fields.emplace_back("Authorization", token);
    auto answer = loop_.result_of(call.run(std::move(request), net::test::kPlenty));
    EXPECT_TRUE(answer.ok());
    if (!answer.ok()) return "";
    EXPECT_EQ(answer->status, 200U) << path << ": " << answer->body;
    return answer->body;
  }

  net::test::TestLoop loop_;
  std::unique_ptr<EtcdClient> client_;
};

}  // namespace stickler::cluster::test
