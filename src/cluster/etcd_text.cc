// SPDX-License-Identifier: MIT
#include "cluster/etcd_text.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "net/base64.h"

namespace stickler::cluster {
namespace {

using Json = nlohmann::json;

// Nothing: malformed, or nested so deep that nobody meant it.
std::optional<Json> parse_answer(std::string_view text) {
  constexpr int kDepthMax = 16;
  bool too_deep = false;
  const auto look = [&](int depth, Json::parse_event_t, Json&) {
    too_deep = too_deep || depth > kDepthMax;
    return !too_deep;
  };
  Json json = Json::parse(text.begin(), text.end(), look, false);
  if (too_deep || !json.is_object()) return std::nullopt;
  return json;
}

// Null for what is absent, also if this is no object.
const Json& member(const Json& json, const char* name) {
  static const Json kAbsent;
  if (!json.is_object()) return kAbsent;
  const auto found = json.find(name);
  return found == json.end() ? kAbsent : *found;
}

// Reads members of one answer, and remembers whether one was not what it must be.
class Reader {
 public:
  bool good() const { return good_; }

  template <typename Number>
  Number number(const Json& json, const char* name) {
    const Json& value = member(json, name);
    Number number = 0;
    if (value.is_null()) return number;
    if (const auto* text = value.get_ptr<const Json::string_t*>()) {
      const char* end = text->data() + text->size();
      const auto [stop, error] = std::from_chars(text->data(), end, number);
      good_ = good_ && error == std::errc() && stop == end;
    } else if (const auto* positive = value.get_ptr<const Json::number_unsigned_t*>()) {
      good_ = good_ && std::in_range<Number>(*positive);
      if (good_) number = static_cast<Number>(*positive);
    } else if (const auto* whole = value.get_ptr<const Json::number_integer_t*>()) {
      good_ = good_ && std::in_range<Number>(*whole);
      if (good_) number = static_cast<Number>(*whole);
    } else {
      good_ = false;
    }
    return number;
  }

  bool flag(const Json& json, const char* name) {
    const Json& value = member(json, name);
    if (value.is_null()) return false;
    good_ = good_ && value.is_boolean();
    return good_ && value.get<bool>();
  }

  std::string text(const Json& json, const char* name) {
    const Json& value = member(json, name);
    if (value.is_null()) return "";
    const auto* text = value.get_ptr<const Json::string_t*>();
    good_ = good_ && text != nullptr;
    return text == nullptr ? "" : *text;
  }

  std::string bytes(const Json& json, const char* name) {
    const auto decoded = net::decode_base64(text(json, name));
    good_ = good_ && decoded.has_value();
    return decoded.value_or("");
  }

  // Its elements; none if it is absent.
  const Json& list(const Json& json, const char* name) {
    static const Json kEmpty = Json::array();
    const Json& value = member(json, name);
    if (value.is_null()) return kEmpty;
    good_ = good_ && value.is_array();
    return value.is_array() ? value : kEmpty;
  }

  EtcdHeader header(const Json& answer) {
    const Json& json = member(answer, "header");
    good_ = good_ && json.is_object();
    return {number<std::uint64_t>(json, "cluster_id"), number<std::int64_t>(json, "revision"),
            number<std::uint64_t>(json, "raft_term")};
  }

  EtcdKey key(const Json& json) {
    good_ = good_ && json.is_object();
    EtcdKey key;
    key.key = bytes(json, "key");
    key.value = bytes(json, "value");
    key.create_revision = number<std::int64_t>(json, "create_revision");
    key.mod_revision = number<std::int64_t>(json, "mod_revision");
    key.lease = number<std::int64_t>(json, "lease");
    good_ = good_ && !key.key.empty();
    return key;
  }

  EtcdEvent event(const Json& json) {
    EtcdEvent event;
    const std::string type = text(json, "type");
    event.deleted = type == "DELETE";
    good_ = good_ && (event.deleted || type.empty() || type == "PUT");
    event.key = key(member(json, "kv"));
    return event;
  }

 private:
  bool good_ = true;
};

// Fit for a line of a log, whatever it was.
std::string tame(std::string_view text, std::size_t most) {
  std::string tamed(text.substr(0, most));
  std::ranges::replace_if(tamed, [](char c) { return c < ' ' || c == '\x7f'; }, '?');
  return text.size() > most ? tamed + "..." : tamed;
}

Failed<std::string> not_understood(std::string_view text) {
  constexpr std::size_t kShown = 60;
  return {"an answer that is not etcd's: '" + tame(text, kShown) + "'"};
}

// Streams wrap each answer.
const Json& unwrapped(const Json& json) {
  const Json& result = member(json, "result");
  return result.is_object() ? result : json;
}

// "rpc error: code = Unauthenticated desc = etcdserver: invalid auth token", as Go writes a status.
EtcdRefusal refusal_of(std::string_view text) {
  constexpr std::string_view kBeforeCode = "rpc error: code = ";
  constexpr std::string_view kBeforeMessage = " desc = ";
  constexpr std::size_t kShown = 300;
  EtcdRefusal refusal{grpc::kUnknown, ""};
  const std::size_t at = text.find(kBeforeMessage);
  if (text.starts_with(kBeforeCode) && at != text.npos) {
    const std::string_view code = text.substr(kBeforeCode.size(), at - kBeforeCode.size());
    if (code == "InvalidArgument") refusal.code = grpc::kInvalidArgument;
    if (code == "PermissionDenied") refusal.code = grpc::kPermissionDenied;
    if (code == "Unavailable") refusal.code = grpc::kUnavailable;
    if (code == "Unauthenticated") refusal.code = grpc::kUnauthenticated;
    text.remove_prefix(at + kBeforeMessage.size());
  }
  refusal.message = tame(text, kShown);
  return refusal;
}

}  // namespace

Understood<EtcdReading> read_range_answer(std::string_view text) {
  const auto json = parse_answer(text);
  if (!json) return not_understood(text);
  Reader reader;
  EtcdReading reading{reader.header(*json), {}};
  for (const Json& each : reader.list(*json, "kvs")) reading.keys.push_back(reader.key(each));
  // Without a limit all of them come; fewer would mean that some do not exist.
  const auto count = reader.number<std::uint64_t>(*json, "count");
  if (!reader.good() || count != reading.keys.size()) return not_understood(text);
  return reading;
}

Understood<EtcdCommit> read_commit_answer(std::string_view text) {
  const auto json = parse_answer(text);
  if (!json) return not_understood(text);
  Reader reader;
  const EtcdCommit commit{reader.header(*json), reader.flag(*json, "succeeded")};
  if (!reader.good()) return not_understood(text);
  return commit;
}

Understood<std::int64_t> read_grant_answer(std::string_view text) {
  const auto json = parse_answer(text);
  if (!json) return not_understood(text);
  Reader reader;
  const auto lease = reader.number<std::int64_t>(*json, "ID");
  if (!reader.good() || lease == 0) return not_understood(text);
  return lease;
}

Understood<bool> read_keep_alive_answer(std::string_view text) {
  const auto json = parse_answer(text);
  if (!json) return not_understood(text);
  Reader reader;
  const Json& answer = unwrapped(*json);
  reader.header(answer);
  const auto ttl = reader.number<std::int64_t>(answer, "TTL");
  if (!reader.good()) return not_understood(text);
  return ttl > 0;
}

Understood<std::string> read_login_answer(std::string_view text) {
  const auto json = parse_answer(text);
  if (!json) return not_understood("(with a token)");
  Reader reader;
  std::string token = reader.text(*json, "token");
  // It will stand in a field of requests.
  const bool printable = std::ranges::all_of(token, [](char c) { return c > ' ' && c < '\x7f'; });
  if (!reader.good() || token.empty() || !printable) return not_understood("(with a token)");
  return token;
}

Understood<EtcdWatchLine> read_watch_line(std::string_view text) {
  const auto json = parse_answer(text);
  if (!json) return not_understood(text);
  EtcdWatchLine line;
  if (!member(*json, "error").is_null()) {
    line.cancelled = true;
    line.refusal = read_refusal(text);
    return line;
  }
  Reader reader;
  const Json& answer = unwrapped(*json);
  line.batch.header = reader.header(answer);
  line.batch.created = reader.flag(answer, "created");
  line.batch.compacted = reader.number<std::int64_t>(answer, "compact_revision");
  for (const Json& each : reader.list(answer, "events")) {
    line.batch.events.push_back(reader.event(each));
  }
  line.cancelled = reader.flag(answer, "canceled") && line.batch.compacted == 0;
  if (line.cancelled) line.refusal = refusal_of(reader.text(answer, "cancel_reason"));
  if (line.refusal.message.empty()) line.refusal.message = "the watch was cancelled";
  if (!reader.good() || line.batch.compacted < 0) return not_understood(text);
  return line;
}

EtcdRefusal read_refusal(std::string_view text) {
  const auto json = parse_answer(text);
  if (!json) return {0, not_understood(text).error};
  // A stream's error is an object, a call's a text with its code beside it.
  const Json& inner = member(*json, "error");
  const Json& place = inner.is_object() ? inner : *json;
  Reader reader;
  EtcdRefusal refusal;
  refusal.code = reader.number<int>(place, inner.is_object() ? "grpc_code" : "code");
  refusal.message = reader.text(place, "message");
  if (refusal.message.empty()) refusal.message = reader.text(place, "error");
  if (refusal.message.empty()) return {refusal.code, not_understood(text).error};
  refusal.message = refusal_of(refusal.message).message;
  return refusal;
}

}  // namespace stickler::cluster
