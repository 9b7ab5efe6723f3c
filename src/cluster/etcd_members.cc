// SPDX-License-Identifier: MIT
#include "cluster/etcd_members.h"

#include <algorithm>

#include "cluster/etcd_text.h"

namespace stickler::cluster {
namespace {

using FailureKind = EtcdFailure::Kind;

constexpr unsigned kDefaultPort = 2379;

// Kept connections to each member.
constexpr std::size_t kIdleMax = 4;

std::string without_end(std::string path) {
  while (path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace

Result<EtcdMembers, std::string> EtcdMembers::make(const EtcdSettings& settings) {
  EtcdMembers made;
  bool any_tls = false;
  for (const std::string& text : settings.endpoints) {
    auto url = config::parse_url(text);
    if (!url) return Failed{"'" + text + "' is no endpoint like http://10.0.0.1:2379"};
    if (!url->port_given) url->port = kDefaultPort;
    url->path = without_end(std::move(url->path));
    any_tls = any_tls || url->tls;
    made.members_.push_back({*url, "etcd at " + url->text(), {}});
  }
  if (made.members_.empty()) return Failed{std::string("etcd has no endpoints")};
  if (any_tls) {
    auto trust = net::TlsTrust::make({settings.ca, settings.certificate, settings.key});
    if (!trust) return Failed{std::move(trust.error())};
    made.trust_ = std::move(*trust);
  }
  made.user_ = settings.user;
  made.password_ = settings.password;
  made.timeout_ = settings.timeout;
  return made;
}

// ---- Calls ----

net::Task<EtcdMembers::Answer> EtcdMembers::ask(std::string path, std::string body, Repeat repeat) {
  const bool write = repeat == Repeat::never;
  const std::size_t first = preferred_;
  EtcdFailure failure;
  for (std::size_t n = 0; n < members_.size(); ++n) {
    const std::size_t member = (first + n) % members_.size();
    Got got = co_await ask_member(member, path, body, repeat);
    if (got) {
      preferred_ = member;
      co_return std::move(*got);
    }
    EtcdFailure next = failure_at(member, got.error(), write);
    if (!failure.text.empty()) next.text = failure.text + "; " + next.text;
    failure = std::move(next);
    // The next call begins elsewhere: a write is not repeated, and whoever only writes would ask a
    // silent member for ever.
    if (got.error().elsewhere && preferred_ == member) preferred_ = (member + 1) % members_.size();
    if (!got.error().elsewhere || failure.outcome_unknown) break;
  }
  co_return Failed{std::move(failure)};
}

// A token that does not do any more was refused before anything was done.
net::Task<EtcdMembers::Got> EtcdMembers::ask_member(std::size_t member, const std::string& path,
                                                    const std::string& body, Repeat repeat) {
  std::optional<EtcdTrouble> trouble = co_await log_in(member);
  if (trouble) co_return Failed{std::move(*trouble)};
  const std::string token = token_;
  Got got = co_await post(member, path, body, repeat);
  if (got || !got.error().log_in || !forget_token(token)) co_return std::move(got);
  trouble = co_await log_in(member);
  if (trouble) co_return Failed{std::move(*trouble)};
  co_return co_await post(member, path, body, repeat);
}

// A kept connection may have died unnoticed: that says nothing about the member.
net::Task<EtcdMembers::Got> EtcdMembers::post(std::size_t member, const std::string& path,
                                              const std::string& body, Repeat repeat) {
  Got got = co_await post_once(member, path, body);
  if (got || !got.error().on_kept_connection) co_return std::move(got);
  if (repeat == Repeat::never && got.error().maybe_done) co_return std::move(got);
  members_[member].idle.clear();
  co_return co_await post_once(member, path, body);
}

net::Task<EtcdMembers::Got> EtcdMembers::post_once(std::size_t member, const std::string& path,
                                                   const std::string& body) {
  std::unique_ptr<backend::HttpCall> call = borrow(member);
  backend::HttpRequest to_send = request(member, path, body);
  Result<backend::HttpAnswer, backend::HttpFailure> answer =
      co_await call->run(std::move(to_send), timeout_);
  give_back(member, std::move(call));
  if (!answer) co_return Failed{trouble_of(answer.error())};
  if (answer->status == 200) co_return std::move(answer->body);
  co_return Failed{trouble_of(answer->status, read_refusal(answer->body))};
}

// ---- Who we are ----

net::Task<std::optional<EtcdTrouble>> EtcdMembers::log_in(std::size_t member) {
  if (user_.empty() || needs_no_token_ || !token_.empty()) co_return std::nullopt;
  std::string body = login_request(user_, password_);
  std::string path = "/v3/auth/authenticate";
  Got got = co_await post(member, path, body, Repeat::harmless);
  if (!got && got.error().code == grpc::kFailedPrecondition) {
    needs_no_token_ = true;
    co_return std::nullopt;
  }
  EtcdTrouble trouble;
  if (got) {
    Understood<std::string> token = read_login_answer(*got);
    if (token) {
      token_ = std::move(*token);
      co_return std::nullopt;
    }
    trouble = trouble_with_answer(token.error());
  } else {
    trouble = std::move(got.error());
  }
  trouble.maybe_done = false;  // the call that it was for
  trouble.log_in = false;
  if (trouble.kind == FailureKind::refused) trouble.text = "user '" + user_ + "': " + trouble.text;
  co_return trouble;
}

bool EtcdMembers::forget_token(const std::string& token) {
  if (user_.empty()) return false;
  needs_no_token_ = false;
  // Another call may have got a new one meanwhile.
  if (token_ == token) token_.clear();
  return true;
}

// ---- Connections ----

backend::HttpRequest EtcdMembers::request(std::size_t member, const std::string& path,
                                          std::string body) const {
  backend::HttpRequest request;
  request.path = members_[member].url.path + path;
  request.fields.emplace_back("Content-Type", "application/json");
  if (!token_.empty()) request.fields.emplace_back("Authorization", token_);
  request.body = std::move(body);
  return request;
}

std::unique_ptr<backend::HttpCall> EtcdMembers::new_call(std::size_t member) {
  auto call = std::make_unique<backend::HttpCall>(members_[member].url, trust_);
  if (cancelled_) call->cancel();
  calls_.insert(call.get());
  return call;
}

std::unique_ptr<backend::HttpCall> EtcdMembers::borrow(std::size_t member) {
  auto& idle = members_[member].idle;
  if (idle.empty()) return new_call(member);
  std::unique_ptr<backend::HttpCall> last = std::move(idle.back());
  idle.pop_back();
  if (cancelled_) last->cancel();
  calls_.insert(last.get());
  return last;
}

void EtcdMembers::give_back(std::size_t member, std::unique_ptr<backend::HttpCall> call) {
  gone(*call);
  auto& idle = members_[member].idle;
  if (idle.size() < kIdleMax && call->is_connected()) idle.push_back(std::move(call));
}

void EtcdMembers::cancel() {
  cancelled_ = true;
  for (backend::HttpCall* call : calls_) call->cancel();
}

EtcdFailure EtcdMembers::failure_at(std::size_t member, const EtcdTrouble& trouble,
                                    bool write) const {
  return {trouble.kind, write && trouble.maybe_done, members_[member].text + ": " + trouble.text};
}

}  // namespace stickler::cluster
