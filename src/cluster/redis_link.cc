// SPDX-License-Identifier: MIT
#include "cluster/redis_link.h"

#include <algorithm>
#include <random>
#include <utility>

#include "cluster/table_text.h"

namespace stickler::cluster {
namespace {

// As parts of redis.timeout: the first pause before another try, and the longest.
constexpr int kFirstRedisPause = 10;
constexpr int kLongestRedisPause = 5;

// So many messages to ourselves have to come back before a session counts as good: until then
// pauses grow, and the same trouble is not told again.
constexpr std::uint64_t kSteady = 3;

const char* const kRedisPort = ":6379";
const char* const kSentinelPort = ":26379";

// "unix:/path", "host:port".
std::string whole_address(const std::string& text, const char* port) {
  if (text.starts_with('/')) return "unix:" + text;
  if (text.starts_with("unix:")) return text;
  const std::size_t colon = text.rfind(':');
  const bool has_port = colon != text.npos && text.find(']', colon) == text.npos;
  return has_port ? text : text + port;
}

std::vector<std::string> texts_of(const config::Redis& settings) {
  std::vector<std::string> texts;
  if (settings.sentinels.empty()) {
    for (const std::string& text : settings.addresses) {
      texts.push_back(whole_address(text, kRedisPort));
    }
  } else {
    for (const std::string& text : settings.sentinels) {
      texts.push_back(whole_address(text, kSentinelPort));
    }
  }
  return texts;
}

// So that balancers that lost the same Redis do not all come back at once: between half and all.
Duration with_jitter(Duration pause) {
  static std::minstd_rand random{std::random_device{}()};
  std::uniform_int_distribution<Duration::rep> part(pause.count() / 2, pause.count());
  return Duration(part(random));
}

}  // namespace

RedisLink::RedisLink(net::EventLoop& loop, std::string balancer, Listener listener)
    : loop_(loop), balancer_(std::move(balancer)), listener_(std::move(listener)) {}

RedisLink::~RedisLink() = default;

void RedisLink::use(const std::optional<config::Redis>& settings) {
  if (!settings && !started_) return;
  if (settings && started_ && !resting_ && *settings == settings_) return;
  resting_ = !settings;
  if (settings) settings_ = *settings;
  changed_ = true;
  failures_ = 0;
  said_.clear();
  resolve_names();
  news_.arrived.announce();
  if (started_) return;
  started_ = true;
  tasks_.start(run());
}

void RedisLink::stop() {
  stopping_ = news_.give_up = true;
  if (resolver_) resolver_->stop();
  news_.arrived.announce();
}

// ---- where ----

void RedisLink::resolve_names() {
  if (resolver_) resolver_->stop();
  const std::vector<std::string> texts = texts_of(settings_);
  resolved_.assign(texts.size(), {});
  std::vector<net::HostPort> names;
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (auto numeric = net::Address::parse(texts[i])) {
      resolved_[i] = {*numeric};
    } else if (auto name = net::split_host_port(texts[i])) {
      names.push_back(*name);
      positions.push_back(i);
    }
  }
  resolver_ = std::make_unique<backend::Resolver>(loop_);
  resolver_->start(std::move(names),
                   [this, positions](std::size_t name, const backend::Resolution& resolution) {
                     std::vector<net::Address>& known = resolved_[positions[name]];
                     const bool first = known.empty();
                     if (!resolution.addresses.empty()) known = resolution.addresses;
                     if (first && !up_) news_.arrived.announce();
                   });
}

RedisPlaces RedisLink::places() const {
  RedisPlaces places;
  for (const auto& addresses : resolved_) {
    places.insert(places.end(), addresses.begin(), addresses.end());
  }
  return places;
}

// ---- life ----

net::Task<> RedisLink::run() {
  while (!stopping_) {
    while (resting_ && !stopping_) co_await news_.arrived.wait(kNoLimit);
    changed_ = false;
    broken_.clear();
    const RedisPlaces known = places();
    // A copy: a reload may change ours meanwhile.
    const config::Redis settings = settings_;
    const std::string messages = channel();
    Result<RedisSession, std::string> session =
        co_await open_session(known, settings, messages, news_);
    if (stopping_) break;
    if (changed_) continue;
    if (session) {
      come_up(std::move(*session));
      co_await serve();
      go_down(broken_);
    } else {
      go_down(session.error());
    }
    if (!changed_) co_await wait_before_next_try();
  }
  session_ = {};
}

void RedisLink::come_up(RedisSession session) {
  session_ = std::move(session);
  up_ = tried_ = true;
  ++connections_;
  address_ = session_.data->address();
  trouble_.clear();
  beat_ = heard_beat_ = 0;
  next_beat_ = loop_.now();
  const bool other = !last_run_id_.empty() && last_run_id_ != session_.run_id;
  last_run_id_ = session_.run_id;
  listener_.up(other);
}

// What the trouble is is said once, however often it is met.
void RedisLink::go_down(const std::string& trouble) {
  up_ = false;
  tried_ = true;
  session_ = {};
  std::deque<Handler> unanswered;
  unanswered.swap(handlers_);
  for (const Handler& handler : unanswered) handler(nullptr);
  trouble_ = trouble;
  if (!stopping_ && !trouble.empty() && said_.insert(trouble).second) listener_.trouble(trouble);
  listener_.down();
}

net::Task<> RedisLink::wait_before_next_try() {
  Duration pause = settings_.timeout / kFirstRedisPause;
  for (unsigned i = 0; i < std::min(failures_, 10U); ++i) pause *= 2;
  pause = with_jitter(std::min(pause, settings_.timeout * kLongestRedisPause));
  ++failures_;
  const bool nowhere = places().empty();
  const TimePoint until = loop_.now() + pause;
  while (!stopping_ && !changed_ && loop_.now() < until) {
    co_await news_.arrived.wait(until - loop_.now());
    // A name that has resolved is tried at once.
    if (nowhere && !places().empty()) break;
  }
}

net::Task<> RedisLink::serve() {
  while (!is_over()) {
    take_answers();
    take_messages();
    watch();
    if (is_over()) break;
    const Duration pause = std::max(next_beat_ - loop_.now(), Duration(1000));
    co_await news_.arrived.wait(pause);
  }
  if (broken_.empty()) co_return;
  broken_ = address_ + ": " + broken_;
}

// ---- commands and messages ----

void RedisLink::send(const RedisWords& words, Handler handler) {
  if (up_ && session_.data->send(words)) {
    handlers_.push_back(std::move(handler));
  } else {
    handler(nullptr);
  }
}

void RedisLink::publish(const std::string& message) {
  send({"PUBLISH", channel(), message}, [](const RedisReply*) {});
}

// An error is no answer to a question of ours: whoever has become a replica, is full or has lost
// our script is to be connected to anew, which tells what can be done.
void RedisLink::take_answers() {
  while (auto reply = session_.data->take()) {
    if (handlers_.empty()) continue;
    Handler handler = std::move(handlers_.front());
    handlers_.pop_front();
    if (reply->is_error()) {
      if (broken_.empty()) broken_ = reply->text;
      handler(nullptr);
    } else {
      listener_.answered();
      handler(&*reply);
    }
  }
}

void RedisLink::take_messages() {
  while (auto reply = session_.messages->take()) {
    if (reply->text_at(0) == "message") hear(reply->text_at(2));
  }
}

// What we said ourselves tells that messages arrive, and how soon.
void RedisLink::hear(const std::string& text) {
  const auto message = read_message(text);
  if (!message) return;
  if (message->balancer != balancer_) return listener_.message(text);
  if (const auto* own = std::get_if<BeatNews>(&message->news); own && own->number == beat_) {
    heard_beat_ = beat_;
    if (beat_ == kSteady) {
      failures_ = 0;
      said_.clear();
    }
    lag_ = loop_.now() - beat_at_;
  }
}

void RedisLink::watch() {
  if (!broken_.empty()) return;
  for (const RedisConnection* connection : {session_.data.get(), session_.messages.get()}) {
    if (!connection->trouble().empty()) broken_ = connection->trouble();
  }
  const auto waiting = session_.data->waiting_since();
  if (waiting && loop_.now() - *waiting >= settings_.timeout) {
    broken_ = "no answer within " + format_duration(settings_.timeout);
  }
  if (broken_.empty() && loop_.now() >= next_beat_) beat();
}

void RedisLink::beat() {
  if (heard_beat_ != beat_) {
    broken_ = "messages do not arrive";
    return;
  }
  ++beat_;
  beat_at_ = loop_.now();
  next_beat_ = beat_at_ + settings_.timeout;
  publish(beat_message(balancer_, beat_));
}

}  // namespace stickler::cluster
