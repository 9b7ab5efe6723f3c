// SPDX-License-Identifier: MIT
// The members of an etcd cluster as its client sees them: endpoints, which of them is asked first,
// connections to each, and who we are to them. Knows bodies of requests and answers as texts only.
// Control thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "backend/http_call.h"
#include "base/result.h"
#include "cluster/etcd_trouble.h"
#include "cluster/etcd_values.h"
#include "config/url.h"
#include "net/task.h"
#include "net/tls_trust.h"

namespace stickler::cluster {

class EtcdMembers {
 public:
  using Answer = Result<std::string, EtcdFailure>;
  // Whether a call may be made again though it may have been done.
  enum class Repeat : std::uint8_t { harmless, never };

  static Result<EtcdMembers, std::string> make(const EtcdSettings& settings);

  // The body of a good answer.
  net::Task<Answer> ask(std::string path, std::string body, Repeat repeat);

  void cancel();
  bool is_cancelled() const { return cancelled_; }

  // ---- For watches, which have connections of their own ----

  std::size_t size() const { return members_.size(); }
  // The one that answered last.
  std::size_t preferred() const { return preferred_; }
  const std::string& text_of(std::size_t member) const { return members_[member].text; }
  Duration timeout() const { return timeout_; }

  // Has a token if one is needed; the trouble if not.
  net::Task<std::optional<EtcdTrouble>> log_in(std::size_t member);
  // This token was refused; true if another may do.
  bool forget_token(const std::string& token);
  const std::string& token() const { return token_; }

  backend::HttpRequest request(std::size_t member, const std::string& path, std::string body) const;
  // A connection that cancel() reaches until it is told to be gone.
  std::unique_ptr<backend::HttpCall> new_call(std::size_t member);
  void gone(backend::HttpCall& call) { calls_.erase(&call); }
  EtcdFailure failure_at(std::size_t member, const EtcdTrouble& trouble, bool write) const;

 private:
  struct Member {
    config::Url url;
    std::string text;
    std::vector<std::unique_ptr<backend::HttpCall>> idle;
  };
  using Got = Result<std::string, EtcdTrouble>;

  net::Task<Got> ask_member(std::size_t member, const std::string& path, const std::string& body,
                            Repeat repeat);
  net::Task<Got> post(std::size_t member, const std::string& path, const std::string& body,
                      Repeat repeat);
  net::Task<Got> post_once(std::size_t member, const std::string& path, const std::string& body);
  std::unique_ptr<backend::HttpCall> borrow(std::size_t member);
  void give_back(std::size_t member, std::unique_ptr<backend::HttpCall> call);

  std::vector<Member> members_;
  std::shared_ptr<const net::TlsTrust> trust_;
  std::string user_;
  std::string password_;
  Duration timeout_{0};
  std::string token_;
  bool needs_no_token_ = false;  // authentication is off, for now
  std::size_t preferred_ = 0;
  std::set<backend::HttpCall*> calls_;
  bool cancelled_ = false;
};

}  // namespace stickler::cluster
