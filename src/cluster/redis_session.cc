// SPDX-License-Identifier: MIT
#include "cluster/redis_session.h"

#include <string_view>
#include <utility>

#include "cluster/table_script.h"

namespace stickler::cluster {
namespace {

using Nothing = std::monostate;
using Session = Result<RedisSession, std::string>;
using Reply = Result<RedisReply, std::string>;
using Done = Result<Nothing, std::string>;

// "run_id:f00…" of INFO's lines.
std::string line_of(std::string_view info, std::string_view name) {
  const std::size_t at = info.find(name);
  if (at == info.npos) return "";
  const std::string_view rest = info.substr(at + name.size());
  return std::string(rest.substr(0, rest.find_first_of("\r\n")));
}

RedisWords password_words(const config::Redis& settings) {
  RedisWords words{"AUTH"};
  if (!settings.user.empty()) words.push_back(settings.user);
  words.push_back(settings.password);
  return words;
}

net::Task<Done> log_in(RedisConnection& connection, const config::Redis& settings) {
  if (!settings.password.empty()) {
    RedisWords words = password_words(settings);
    Reply reply = co_await connection.ask(words, settings.timeout);
    if (!reply) co_return Failed{reply.error()};
  }
  RedisWords name{"CLIENT", "SETNAME", "stickler"};
  Reply named = co_await connection.ask(name, settings.timeout);
  // A name is a courtesy, which an ACL may forbid; but a password that is missing shows here.
  if (!named && named.error().find("NOPERM") == std::string::npos) co_return Failed{named.error()};
  co_return Nothing();
}

// A replica refuses, and so does one that is full or cannot save, and an ACL that forbids something
// that will be needed.
net::Task<Done> try_the_script(RedisSession& session, const config::Redis& settings,
                               const std::string& channel) {
  RedisWords load{"SCRIPT", "LOAD", std::string(kTableScript)};
  Reply reply = co_await session.data->ask(load, settings.timeout);
  if (!reply) co_return Failed{reply.error()};
  session.script = reply->text;
  RedisWords forget{"EVALSHA", session.script,
                    "1",       settings.prefix + "probe",
                    "forget",  "0",
                    "",        "1",
                    "",        "0",
                    "0",       channel,
                    "",        ""};
  reply = co_await session.data->ask(forget, settings.timeout);
  if (!reply) co_return Failed{reply.error()};
  co_return Nothing();
}

net::Task<Done> prepare_data(RedisSession& session, const config::Redis& settings,
                             const std::string& channel) {
  Done done = co_await log_in(*session.data, settings);
  if (!done) co_return Failed{done.error()};
  if (settings.database != 0) {
    RedisWords words{"SELECT", std::to_string(settings.database)};
    Reply selected = co_await session.data->ask(words, settings.timeout);
    if (!selected) co_return Failed{selected.error()};
  }
  // It may not be ours to ask.
  RedisWords info{"INFO", "server"};
  Reply reply = co_await session.data->ask(info, settings.timeout);
  if (reply) session.run_id = line_of(reply->text, "run_id:");
  co_return co_await try_the_script(session, settings, channel);
}

net::Task<Done> prepare(RedisSession& session, const config::Redis& settings,
                        const std::string& channel) {
  Done done = co_await prepare_data(session, settings, channel);
  if (!done) co_return Failed{done.error()};
  done = co_await log_in(*session.messages, settings);
  if (!done) co_return Failed{done.error()};
  RedisWords subscribe{"SUBSCRIBE", channel};
  Reply reply = co_await session.messages->ask(subscribe, settings.timeout);
  if (!reply) co_return Failed{reply.error()};
  co_return Nothing();
}

net::Task<Session> open_at(const net::Address& address, const config::Redis& settings,
                           const std::string& channel, RedisNews& news) {
  RedisSession session;
  session.data = std::make_unique<RedisConnection>(address, news);
  session.messages = std::make_unique<RedisConnection>(address, news);
  Done done = co_await prepare(session, settings, channel);
  if (!done) co_return Failed{address.text() + ": " + done.error()};
  co_return std::move(session);
}

using Found = Result<net::Address, std::string>;

net::Task<Found> ask_sentinel(const net::Address& sentinel, const config::Redis& settings,
                              RedisNews& news) {
  RedisConnection connection(sentinel, news);
  RedisWords words{"SENTINEL", "get-master-addr-by-name", settings.master};
  Reply reply = co_await connection.ask(words, settings.timeout);
  if (!reply) co_return Failed{"sentinel " + sentinel.text() + ": " + reply.error()};
  if (reply->list.size() != 2) {
    co_return Failed{"sentinel " + sentinel.text() + " knows no master '" + settings.master + "'"};
  }
  const std::string& host = reply->text_at(0);
  const bool six = host.find(':') != std::string::npos;
  const std::string text = (six ? "[" + host + "]" : host) + ":" + reply->text_at(1);
  std::optional<net::Address> master = net::Address::parse(text);
  if (!master) {
    co_return Failed{"sentinel " + sentinel.text() + " names the master '" + text +
                     "', which is no numeric address"};
  }
  co_return *master;
}

}  // namespace

net::Task<Session> open_session(const RedisPlaces& places, const config::Redis& settings,
                                const std::string& channel, RedisNews& news) {
  std::string trouble = "the name does not resolve";
  for (const net::Address& place : places) {
    net::Address address = place;
    if (!settings.sentinels.empty()) {
      Found master = co_await ask_sentinel(place, settings, news);
      if (!master) {
        trouble = master.error();
        continue;
      }
      address = *master;
    }
    Session session = co_await open_at(address, settings, channel, news);
    if (session) co_return std::move(session);
    trouble = session.error();
  }
  co_return Failed{trouble};
}

}  // namespace stickler::cluster
