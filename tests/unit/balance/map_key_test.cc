// SPDX-License-Identifier: MIT
#include "balance/map_key.h"

#include <gtest/gtest.h>

namespace stickler::balance {
namespace {

using Found = FoundKey::Kind;

constexpr std::string_view kDashed = "17ce8400-e29b-41d4-a716-446655440000";
constexpr std::string_view kDigits = "17ce8400e29b41d4a716446655440000";
constexpr std::string_view kOther = "a7ce8400-e29b-41d4-a716-446655440000";

MapKeyReader reader(config::MapKey settings) {
  auto compiled = MapKeyReader::compile(settings);
  EXPECT_TRUE(compiled);
  return std::move(*compiled);
}

MapKeyReader seatable() {
  return reader({{"/dtables/([0-9a-f-]{36})"}, {"dtable_uuid"}, config::MapKey::Form::uuid});
}

std::string path_of(std::string_view uuid) { return "/api/v1/dtables/" + std::string(uuid) + "/"; }

TEST(MapKey, AUuidIsTheSameInEveryForm) {
  std::string upper(kDashed);
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  std::string escaped;
  for (char c : kDashed) escaped += c == '-' ? "%2D" : std::string(1, c);
  for (const std::string& form : {std::string(kDashed), std::string(kDigits), upper, escaped}) {
    const FoundKey found = seatable().read(path_of(form), "");
    EXPECT_EQ(found.kind, Found::one) << form;
    EXPECT_EQ(found.text, kDigits) << form;
    EXPECT_EQ(seatable().read("/socket.io/", "EIO=4&dtable_uuid=" + form).text, kDigits) << form;
  }
  EXPECT_EQ(uuid_text(kDigits), kDashed);
}

TEST(MapKey, ThePathBeatsTheQuery) {
  const std::string query = "dtable_uuid=" + std::string(kOther);
  EXPECT_EQ(seatable().read(path_of(kDashed), query).text, kDigits);
  EXPECT_EQ(seatable().read("/dtables/x", query).kind, Found::malformed);
}

TEST(MapKey, IsNowhereElse) {
  const std::string uuid(kDashed);
  for (const std::string& path :
       {"/files/" + uuid, "/mydtables/" + uuid, "/" + uuid, std::string("/dtables/"),
        std::string("/dtables"), std::string("*")}) {
    EXPECT_EQ(seatable().read(path, "uuid=" + uuid).kind, Found::none) << path;
  }
  EXPECT_EQ(seatable().read("/", "dtable_uuid=").kind, Found::none);
}

TEST(MapKey, WhatIsNearlyOneIsNone) {
  const std::string uuid(kDashed);
  for (const std::string& text :
       {uuid.substr(1), uuid + "0", uuid.substr(0, 35) + "g",
        std::string("17ce8400e29b-41d4-a716-446655440000-"), std::string(32, '-'),
        std::string(36, '-'), std::string("17ce8400_e29b_41d4_a716_446655440000")}) {
    EXPECT_EQ(seatable().read(path_of(text), "").kind, Found::malformed) << text;
    EXPECT_EQ(seatable().read("/", "dtable_uuid=" + text).kind, Found::malformed) << text;
  }
}

TEST(MapKey, TwoInOnePlaceAreRefusedUnlessTheyAreTheSame) {
  const std::string one(kDashed);
  const std::string two(kOther);
  EXPECT_EQ(seatable().read(path_of(one) + "dtables/" + two, "").kind, Found::several);
  EXPECT_EQ(seatable().read(path_of(one) + "dtables/" + std::string(kDigits), "").kind, Found::one);
  EXPECT_EQ(seatable().read("/", "dtable_uuid=" + one + "&dtable_uuid=" + two).kind,
            Found::several);
  EXPECT_EQ(seatable().read("/", "dtable_uuid=" + one + "&dtable%5Fuuid=" + two).kind,
            Found::several);
}

TEST(MapKey, TextsAreForOtherApplications) {
  const MapKeyReader texts = reader({{"/rooms/([a-z0-9]+)"}, {"room"}, config::MapKey::Form::text});
  EXPECT_EQ(texts.read("/x/rooms/blue7/doors", "").text, "blue7");
  EXPECT_EQ(texts.read("/", "room=Blue%207").text, "Blue 7");
  EXPECT_EQ(texts.read("/rooms/", "").kind, Found::none);
}

}  // namespace
}  // namespace stickler::balance
