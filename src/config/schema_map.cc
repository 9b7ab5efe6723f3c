// SPDX-License-Identifier: MIT
// Rows of maps: whose each key is.
#include "config/hex_range.h"
#include "config/schema_rows.h"

namespace stickler::config {
namespace {

std::optional<Complaint> check_map_regex(std::string_view text) {
  if (auto complaint = check_key_regex(text)) return complaint;
  if (text.find('(') != text.npos) return std::nullopt;
  return Complaint{"does not say which part is the key",
                   "write \"/dtables/([0-9a-f-]{36})\", for example"};
}

std::optional<Complaint> check_hex_range(std::string_view text) {
  if (HexRange::parse(text)) return std::nullopt;
  return Complaint{"is no range of hexadecimal digits", "write \"0-9\", \"00-7f\" or \"a\""};
}

constexpr Word kMapKeyForms[] = {{"uuid", static_cast<int>(MapKey::Form::uuid)},
                                 {"text", static_cast<int>(MapKey::Form::text)}};
constexpr Word kMapOnDown[] = {{"fail", static_cast<int>(KeyMap::OnDown::fail)},
                               {"redispatch", static_cast<int>(KeyMap::OnDown::redispatch)}};

constexpr Setting kMapKeyRows[] = {
    texts<&MapKey::paths>("path",
                          "A regular expression for a part of the path, whose group is the key; of "
                          "a UUID all up to the next slash.")
        .like("RE2 expression", check_map_regex)
        .by_default("\"/dtables/([0-9a-f-]{36})\""),
    texts<&MapKey::parameters>("query", "A parameter of the query, if the path has no key.")
        .like("parameter", check_parameter_name)
        .by_default("\"dtable_uuid\""),
    word<&MapKey::form>("form", kMapKeyForms,
                        "\"uuid\": with dashes or without, in any case, is the same key; what is "
                        "none is refused with 400."),
};

constexpr Setting kMapRuleRows[] = {
    texts<&MapRule::exact>("exact", "These keys."),
    texts<&MapRule::prefixes>("prefix", "Keys that begin so."),
    texts<&MapRule::hex>("hex", "Keys whose first hexadecimal digits lie in this range.")
        .like("\"0-9\", \"00-7f\"", check_hex_range),
    text<&MapRule::regex>("regex", "Keys that match from their beginning.")
        .like("RE2 expression", check_regex),
    text<&MapRule::server>("server", "Whose they are."),
    text<&MapRule::backend>("backend", "Or a backend that has its own way to find the server."),
};

constinit const Section kMapRuleSection{"Keys that belong to one server, or backend.", kMapRuleRows,
                                        defaults_of<MapRule>};

constexpr Setting kMapRows[] = {
    group<&KeyMap::key>("key", kMapKeySection, "Where a request's key is."),
    named_groups<&KeyMap::rules>("rules", kMapRuleSection, "Whose keys are: the first that fits.")
        .required("rules = { all = { hex = \"0-f\"; server = \"NAME\"; }; };"),
    text<&KeyMap::no_key>("no_key",
                          "Where requests without a key go: a server, \"any\", or \"fail\": 404."),
    word<&KeyMap::on_down>("on_down", kMapOnDown,
                           "A key's server is down: 503, or another one takes over."),
};

}  // namespace

constinit const Section kMapKeySection{"Where a request's key is.", kMapKeyRows,
                                       defaults_of<MapKey>};
constinit const Section kMapSection{
    "Whose each key is, for servers of which only one may have what belongs to a key.", kMapRows,
    defaults_of<KeyMap>};

}  // namespace stickler::config
